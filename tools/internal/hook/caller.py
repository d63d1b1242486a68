# Calls one hook of a build backend (PEP 517, PEP 660) for rules_pyproject; read as "python -c" text, Python 3.8 and later.
#
# Nothing but os and sys, which site has loaded anyway, is imported before the backend: what a hook sees is a clean
# interpreter, and no file of the source tree can stand in for a module that this needs. So the request, JSON on
# descriptor 3, is read as the Python expression that it also is, and the response, JSON on descriptor 4, is written by
# hand. Standard output and standard error are the backend's alone.
import os
import sys

REQUEST, RESPONSE, STATUS, FIRST_OF_SEQUENCE = 3, 4, 4, 5
STDERR = sys.stderr
MISSING = object()
pid = os.getpid()
responses = [RESPONSE]
took_cache_directory = False


def encode(value):
    if not isinstance(value, str):
        return "[" + ",".join(map(encode, value)) + "]"
    units = value.encode("utf-16-be", "surrogatepass")
    codes = [units[i] << 8 | units[i + 1] for i in range(0, len(units), 2)]
    return '"' + "".join(chr(c) if 32 <= c < 127 and c not in (34, 92) else "\\u%04x" % c for c in codes) + '"'


def respond(kind, **fields):
    # A forked child that falls out of the hook must not answer for its parent.
    if os.getpid() != pid:
        os._exit(1)
    fields["kind"] = kind
    if took_cache_directory:
        fields["cache_directory"] = "given"
    data = ("{" + ",".join(encode(k) + ":" + encode(v) for k, v in fields.items()) + "}").encode()
    for response in responses:
        rest = data
        while rest:
            rest = rest[os.write(response, rest):]


def respond_error(kind, error, frames):
    # The traceback goes where Python would print it, without this file's own frames.
    trace = error.__traceback__
    for _ in range(frames):
        trace = trace and trace.tb_next
    try:
        sys.stdout.flush()
    except BaseException:
        pass
    sys.stderr = STDERR
    if isinstance(error, SystemExit):
        code = error.code
        if code is not None and not isinstance(code, int):
            print(code, file=STDERR)
            code = 1
        return respond("exited", code=str(int(code or 0)))
    sys.__excepthook__(type(error), error.with_traceback(trace), trace)
    try:
        text = str(error)
    except BaseException:
        text = ""
    module = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    respond(kind, error=type(error).__name__ + (": " + text if text else ""), module=module if isinstance(module, str) else "")


def inside(path, directories):
    path = os.path.realpath(path)
    return any(path.startswith(os.path.join(os.path.realpath(d), "")) for d in directories)


FUNCTION = type(encode)
METHOD = type(encode.__get__(0))


def takes_cache_directory(hook, module):
    # What inspect.signature(hook, follow_wrapped=False) says, without importing inspect for an ordinary function.
    function = hook.__func__ if type(hook) is METHOD else hook
    if type(function) is FUNCTION and not hasattr(function, "__signature__"):
        code = function.__code__
        named = "cache_directory" in code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]
        keywords = bool(code.co_flags & 8)  # inspect.CO_VARKEYWORDS
    else:
        try:
            import inspect

            parameters = inspect.signature(hook, follow_wrapped=False).parameters
            parameter = parameters.get("cache_directory")
            named = parameter is not None and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
            keywords = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
        except Exception:
            return False
    return named or keywords and getattr(module, "__cache_directory__", False) is True


def check_result(hook_name, result):
    if hook_name.startswith("get_requires"):
        if isinstance(result, (list, tuple)) and all(isinstance(item, str) for item in result):
            return respond("ok", requires=result)
        wanted = "a list of str"
    else:
        if isinstance(result, str):
            return respond("ok", name=result)
        wanted = "a str, the base name of what it wrote"
    try:
        shown = repr(result)[:200]
    except BaseException:
        shown = "?"
    respond("bad result", error="returned %s (%s) instead of %s" % (shown, type(result).__name__, wanted))


def load(request):
    # The backend's module, or None where it could not be had, which is answered at once.
    directories = [os.path.abspath(d) for d in request["backend_path"]]
    sys.path[:0] = directories
    name = request["backend"].partition(":")[0]
    try:
        __import__(name)
        module = sys.modules[name]
    except BaseException as error:
        return respond_error("import error", error, 1)
    if directories:
        file = getattr(module, "__file__", None) or "".join(list(getattr(module, "__path__", []))[:1])
        if not inside(file, directories):
            return respond("wrong place", error=file or "a built-in module")
    return module


def call(module, request):
    global took_cache_directory
    backend = module
    try:
        for attribute in filter(None, request["backend"].partition(":")[2].split(".")):
            backend = getattr(backend, attribute)
    except AttributeError as error:
        return respond("no object", error=str(error))
    hook = getattr(backend, request["hook"], MISSING)
    if hook is MISSING:
        return respond("missing hook")
    keywords = {}
    if takes_cache_directory(hook, module):
        keywords["cache_directory"] = request["cache_directory"]
        took_cache_directory = True
    try:
        result = hook(*request["arguments"], **keywords)
    except BaseException as error:
        unsupported = getattr(backend, "UnsupportedOperation", None)
        if isinstance(unsupported, type) and isinstance(error, unsupported):
            return respond_error("unsupported", error, 1)
        return respond_error("raised", error, 1)
    check_result(request["hook"], result)


def read(descriptor):
    with open(descriptor, "rb") as file:
        text = file.read().decode()
    return eval(text, {"null": None}) if text else None


def finish():
    # The hook has returned; a thread that it forgot must not keep the build waiting. What it registered still runs.
    import atexit

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    os._exit(0)


def one(request):
    module = load(request)
    if module is not None:
        call(module, request)
    finish()


def sequence(plan):
    os.chdir(plan["source"])
    os.environ.update(plan["variables"])
    call_hooks(plan, 0)


def call_hooks(plan, number):
    # Each hook gets a fork of this interpreter, in which none has run, and in which the backend is imported, once for all of them.
    # What a backend in the source tree is may depend on what the hook before has done there: if that is anything, the backend
    # is imported again, in an interpreter that was put aside before.
    begun = look_at_source(plan)
    module, spare, wake = import_for_all(plan, number)
    if begun and not told_apart(begun):
        begun = None
    while number < plan["hooks"]:
        child = os.fork()
        if child == 0:
            follow(plan, number, module, wake)
        first = FIRST_OF_SEQUENCE + 3 * number
        os.closerange(first, first + 3)
        status = os.waitpid(child, 0)[1]
        os.write(STATUS, b"%d %d\n" % (number, status))
        number += 1
        if spare and number < plan["hooks"] and (begun is None or look_at_source(plan) != begun):
            hand_over(spare, wake, number)
    os._exit(0)


# To look at more files than these takes longer than the import that it may save.
LOOKED_AT = 5000


def look_at_source(plan):
    # What the file system says of all that is in the source tree: whoever changes a file changes a time of it. () for a backend of the
    # environment, which is the same for all hooks; None where nobody can say, or it would take too long.
    if not plan["backend_path"]:
        return ()
    found, directories = set(), ["."]
    try:
        for directory in directories:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if len(found) == LOOKED_AT:
                        return None
                    s = entry.stat(follow_symlinks=False)
                    found.add((s.st_ctime_ns, s.st_mtime_ns, s.st_ino, s.st_mode, s.st_size, entry.path))
                    if entry.is_dir(follow_symlinks=False):
                        directories.append(entry.path)
    except OSError:
        return None
    return found


def told_apart(found):
    # Whether all that changes from now on gets a later time than what was found has: the clock of files moves every few milliseconds.
    # It has not after an import that was short, and is done again.
    import time

    return max(found)[0] < time.clock_gettime_ns(5)  # CLOCK_REALTIME_COARSE, which inodes have their times from


def import_for_all(plan, number):
    # The backend's module; an interpreter that was put aside before it was imported; and the pipe that wakes that one.
    global pid, responses
    woken, wake = os.pipe()
    spare = os.fork()
    if spare == 0:
        os.close(wake)
        wanted = os.read(woken, 1)
        os.close(woken)
        if not wanted:
            os._exit(0)
        pid = os.getpid()
        if wanted[0] > number:
            call_hooks(plan, wanted[0])
        return None, None, None  # each hook imports it by itself
    os.close(woken)
    responses = [FIRST_OF_SEQUENCE + 3 * n + 1 for n in range(number, plan["hooks"])]
    module = load(plan)
    if module is None:
        finish()
    if not whole(spare):
        # Forks would lack a part of what the import left: a thread, or a child.
        hand_over(spare, wake, number)
    return module, spare, wake


def hand_over(spare, wake, number):
    # The interpreter that was put aside takes the place of this one, from this hook on.
    os.write(wake, bytes([number]))
    os.closerange(FIRST_OF_SEQUENCE, wake + 1)
    os.waitpid(spare, 0)
    os._exit(0)


def whole(spare):
    # Whether a fork of this process has all of it. Where nobody can say, it has not.
    try:
        with open("/proc/self/task/%d/children" % pid) as children:
            return os.listdir("/proc/self/task") == [str(pid)] and children.read().split() == [str(spare)]
    except OSError:
        return False


def follow(plan, number, module, wake):
    global pid, responses
    pid = os.getpid()
    first = FIRST_OF_SEQUENCE + 3 * number
    request, responses, output = first, [first + 1], first + 2
    os.close(STATUS)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.closerange(FIRST_OF_SEQUENCE, first)
    os.closerange(first + 3, FIRST_OF_SEQUENCE + 3 * plan["hooks"])
    if wake:
        os.close(wake)
    module = module or load(plan)
    request = read(request)
    if request and module is not None:
        call(module, request)
    finish()


def main():
    if sys.path[:1] == [""]:  # what "python -c" puts there: the source tree
        del sys.path[0]
    # Python 3.13 keeps the text of "-c" and shows its lines for any "<string>", such as a setup.py that setuptools runs by
    # exec.
    getattr(sys.modules.get("linecache"), "_interactive_cache", {}).clear()
    request = read(REQUEST)
    for descriptor in range(REQUEST, FIRST_OF_SEQUENCE + 3 * request.get("hooks", 0)):
        try:
            os.set_inheritable(descriptor, False)
        except OSError:
            pass
    for stream in (sys.stdout, sys.stderr):
        # Whole lines, so that what the backend says stays in order with what its compilers say; and no byte can fail.
        stream.reconfigure(line_buffering=True, errors="backslashreplace")
    if "hooks" in request:
        sequence(request)
    else:
        one(request)


main()
