"""Writes answers.json: what packaging, the reference implementation, answers to the questions below.

Run it with a current packaging installed, as `python3 answers.py > answers.json`, after adding a question.
"""

import json

from packaging.markers import Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import InvalidVersion, Version

VERSIONS = """
0 1 1.0 1.0.0 v1.0 1.0.1 1.1 1.10 1.9 2 2.0 0.9 1!0.5 1!1.0 2!1 1.0a1 1.0.a.1 1.0alpha1 1.0b2 1.0-beta-2 1.0c1 1.0rc1
1.0pre1 1.0-preview.1 1.0a 1.0.dev0 1.0.dev 1.0dev3 1.0a1.dev2 1.0.post1 1.0-1 1.0.rev2 1.0r3 1.0.post 1.0.post1.dev2
1.0a1.post1 1.0+local 1.0+ubuntu.1 1.0+ubuntu-1 1.0+ubuntu_01 1.0+1 1.0+2 1.0+10 1.0+a.1 1.0+1.a 1.0.post1+x 1.0a1+x
1.0.1.dev1 1.1.dev1 1.1a1 2.0.0a0 2024.1.1 20240101120000 40.8.0 77.0.3 1.0.0.0.1 1.2.3.4.5.6.7 01.02.03 1.0RC1 1.0.0-rc.1
1.00.0
""".split() + [" 1.0 ", "1.0\n"]

NOT_VERSIONS = ["", "x", "1.0.x", "1..0", "1.0-", "1.0+", "1.0+a..b", "1.0+a+b", "1.0 1", "1.*", "1.0alpha beta", "-1", "1,0",
                "!1", "1!", "1.0+ä", "1.0postx", "french toast", "1.0e5", "٣"]

SPECIFIERS = """
==1 ==1.0 ==1.0.0 ==1.0.* ==1.* ==0.* ==1.0.0.* ==1!1.* ==1!0.5 ==v1.0 ==01.0.* ==1.0a1 ==1.0+local ==1.0+ubuntu-1 ==1.0+ubuntu.1
==1.0.post1 ==1.0.dev0 ==1.0rc1 ==1.0RC1 !=1.0 !=1.0.* !=1.* !=1.0a1 !=1.0+local !=1!1.* >1 >1.0 >1.0.0 >1.0a1 >1.0.post1 >1.0.dev0 >1!0
>0.9 >1.0.post0 >1.0rc1 <1 <1.0 <1.0.1 <1.0a1 <1.0rc1 <1.0.post1 <1.0.dev1 <1!0 <2 <2.0 <1.1 <1.1.dev1 >=1 >=1.0 >=1.0a1 >=1.0.dev0
>=1.0.post1 >=1!1 >=40.8.0 <=1 <=1.0 <=1.0a1 <=1.0.post1 <=1.0.dev0 <=2 ~=1.0 ~=1.0.0 ~=1.0a1 ~=1.0.post1 ~=1.0.dev0 ~=1!1.0
~=0.9 ~=1.0.1 ~=2024.1 ~=1.0.0.0 ===1.0 ===1.0.0 ===1.0RC1 ===1.0+local
""".split()

NOT_SPECIFIERS = ["~=1", "~=1.*", ">1.*", ">=1.*", "<1.*", "<=1.*", "==1.0a1.*", "==1.0.post1.*", "==1.0.dev1.*", "==1.0+x.*",
                  ">=1.0+x", "<1.0+x", "~=1.0+x", ">=", "==", "=1.0", "=>1.0", ">=x", "1.0", "==1.0.*.*", "==*", ">=1.0.x", "!1.0", "== 1.0 2"]

REQUIREMENTS = ["a", "A.B-C_d", "name[x,y]>=1", "name [ X_y , z ] ( >=1 , <2 )", "name(==1.0)", "name>=1,", "name>=1 , !=1.5,<2",
                "name==1.0.*;python_version<'3'", "name ; python_version < '3' and os_name == 'nt' or extra == 'x'",
                "name @ https://files.example/a.whl", "name@https://files.example/a.whl ; os_name=='nt'",
                "name[x] @ file:///a/b#sha256=00", "name[]", "name ===1.0-custom", "name===a;os_name=='nt'", "name ~= 1.0", "name\t>=1",
                "name;python_version=='3'", "name; (os_name=='nt')", "name; ((os_name=='nt') or ('x' in sys_platform))",
                "name; os.name=='posix' and sys.platform!='win32' and platform.machine not  in 'x y' and python_implementation=='CPython'",
                "name; 'linux' in sys_platform", "name; extra==\"A_b\"", "0name", "n", "name>=2.8.dev0", "name; os_name == \"a'b\"",
                "name; 'a' in extras", "name; 'a' not in dependency_groups", "name @ git+https://files.example/r@v1"]

NOT_REQUIREMENTS = ["", " ", "-a", "a-", "_a", "a b", "a>", "a>=", "a>=1;", "a;", "a; os_name", "a; os_name ==", "a; os_name == x", "a; 'a' == 'b' == 'c'",
                    "a[", "a[x", "a[x y]", "a[x,]", "a[,x]", "a[-]", "a @", "a @ ", "a (>=1", "a >=1)", "a>=1 <2", "a=1", "a; foo == 'x'", "a; os_name = 'x'",
                    "a; (os_name=='x'", "a; os_name=='x')", "a; os_name=='x' os_name=='y'", "a; os_name=='x' and", "a; not os_name=='x'", "a; os_name not 'x'",
                    "a; os_name == 'x", "a>=1 @ https://files.example/x", "a @ https://files.example/x y", "ä", "a>=1,,<2", "a,b", "a; os_name=='x' && os_name=='y'"]

ENVIRONMENT = {
    "implementation_name": "cpython", "implementation_version": "3.13.5", "os_name": "posix", "platform_machine": "x86_64",
    "platform_release": "6.1.0-13-amd64", "platform_system": "Linux", "platform_version": "#1 SMP Debian 6.1.55-1",
    "python_full_version": "3.13.5", "platform_python_implementation": "CPython", "python_version": "3.13", "sys_platform": "linux",
}
OTHER = dict(ENVIRONMENT, python_full_version="3.15.0a1+", python_version="3.15", implementation_version="3.15.0a1", platform_release="6.1.0",
             sys_platform="win32", os_name="nt", platform_system="Windows", platform_machine="AMD64")

MARKERS = ["python_version < '3.9'", "python_version >= '3.9'", "python_version == '3.13'", "python_version == '3.13.*'", "python_version == '3.*'",
           "python_version in '3.12 3.13'", "python_version not in '3.12, 3.14'", "'3.13' == python_version", "'3.8' <= python_version", "python_version > '3.13'",
           "python_version ~= '3.8'", "python_full_version >= '3.13.5'", "python_full_version < '3.13.5'", "python_full_version < '3.15'",
           "python_full_version < '3.15.0b1'", "python_full_version === '3.13.5'", "implementation_version >= '3.13'", "platform_release >= '6'",
           "platform_release == '6.1.0-13-amd64'", "platform_release != '5'", "platform_release < 'x'", "sys_platform == 'linux'", "sys_platform != 'win32'",
           "sys_platform < 'z'", "sys_platform <= 'linux'", "sys_platform >= 'linux'", "sys_platform > 'a'", "'linux' in sys_platform", "'win' not in sys_platform",
           "sys_platform in 'linux darwin'", "sys_platform == 'linux' or sys_platform == 'darwin' and python_version < '3'",
           "(sys_platform == 'linux' or sys_platform == 'darwin') and python_version < '3'", "extra == 'all'", "extra == ''", "extra != 'all'", "extra == 'A_l.L'",
           "extra == 'all' and os_name == 'posix'", "'all' == extra", "extra in 'all test'", "platform_version == '#1 SMP Debian 6.1.55-1'", "platform_version >= '1'", "platform_machine == 'AMD64'",
           "platform_python_implementation == 'CPython' and implementation_name == 'cpython'", "os_name == 'posix' and (python_version < '3' or extra == 'all')",
           "sys_platform ~= '1'", "python_version == 'x'", "python_version < 'x'", "sys_platform === 'linux'", "platform_machine in 'x86_64'"]


def version(text):
    return {"text": text, "normal": str(Version(text)), "public": Version(text).public, "local": Version(text).local or "",
            "prerelease": Version(text).is_prerelease}


def contained(specifier):
    return [v for v in VERSIONS if Specifier(specifier).contains(v.strip(), prereleases=True)]


def marker(text, environment, extra):
    try:
        return Marker(text).evaluate(dict(environment, extra=extra))
    except UndefinedComparison:
        return None


def refused(make, error, texts):
    for text in texts:
        try:
            make(text)
        except error:
            continue
        raise SystemExit(f"{text!r} is accepted by packaging")
    return texts


def requirement(text):
    r = Requirement(text)
    return {"text": text, "name": r.name, "extras": sorted(e.lower().replace("_", "-") for e in r.extras), "url": r.url or "",
            "specifiers": sorted(str(s) for s in r.specifier), "marker": str(r.marker or "")}


order = sorted(set(VERSIONS), key=lambda v: (Version(v), v))
groups = []
for v in order:
    if groups and Version(groups[-1][0]) == Version(v):
        groups[-1].append(v)
    else:
        groups.append([v])

answers = {
    "versions": [version(v) for v in VERSIONS],
    "order": groups,
    "not_versions": refused(Version, InvalidVersion, NOT_VERSIONS),
    "specifiers": {s: contained(s) for s in SPECIFIERS},
    "not_specifiers": refused(Specifier, InvalidSpecifier, NOT_SPECIFIERS),
    "requirements": [requirement(r) for r in REQUIREMENTS],
    "not_requirements": refused(Requirement, InvalidRequirement, NOT_REQUIREMENTS),
    "environments": [ENVIRONMENT, OTHER],
    "markers": {m: [[marker(m, e, x) for x in ("", "all")] for e in (ENVIRONMENT, OTHER)] for m in MARKERS},
}
# One answer a line, so that a difference can be read.
parts = []
for key, value in answers.items():
    items = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()] if isinstance(value, dict) else [json.dumps(v) for v in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    parts.append(f"{json.dumps(key)}: {left}\n" + ",\n".join(items) + f"\n{right}")
print("{\n" + ",\n".join(parts) + "\n}")
