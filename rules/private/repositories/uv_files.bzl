"""The wheels of uv that `lock` resolves with, pinned."""

# By host, as `os_cpu`. The wheels for Linux are the static ones: they run with any C library.
UV_FILES = {
    "linux_aarch64": struct(
        file = "uv-0.13.8-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        sha256 = "0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d",
    ),
    "linux_x86_64": struct(
        file = "uv-0.13.8-py3-none-musllinux_1_1_x86_64.whl",
        sha256 = "29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a",
    ),
    "macos_aarch64": struct(
        file = "uv-0.13.8-py3-none-macosx_11_0_arm64.whl",
        sha256 = "62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
    ),
    "macos_x86_64": struct(
        file = "uv-0.13.8-py3-none-macosx_10_12_x86_64.whl",
        sha256 = "b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1",
    ),
}

_OS = {"darwin": "macos", "linux": "linux", "mac os x": "macos"}
_CPU = {"aarch64": "aarch64", "amd64": "x86_64", "arm64": "aarch64", "x86_64": "x86_64"}

def host_name(os):
    """The host as `os_cpu`.

    Args:
      os: the `os` of a repository or module context.

    Returns:
      a key of `UV_FILES`, or another text for a host that none of them is for.
    """
    name, cpu = os.name.lower(), os.arch.lower()
    return _OS.get(name, name) + "_" + _CPU.get(cpu, cpu)
