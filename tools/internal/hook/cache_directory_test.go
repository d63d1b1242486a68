package hook

import (
	"strings"
	"testing"
)

// TestCacheDirectory proves CACHE-1 and CACHE-2 for whatever a hook may be.
func TestCacheDirectory(t *testing.T) {
	const answer = "    return [str(kwargs)]\n"
	for _, c := range []struct{ name, backend, want string }{
		{"named", "def get_requires_for_build_wheel(s, cache_directory=None): return [str(cache_directory)]", "/cache"},
		{"keyword only", "def get_requires_for_build_wheel(s, *, cache_directory): return [str(cache_directory)]", "/cache"},
		{"positional only", "def get_requires_for_build_wheel(s, cache_directory=None, /): return [str(cache_directory)]", "None"},
		{"not named", "def get_requires_for_build_wheel(s): return ['fine']", "fine"},
		{"keywords", "def get_requires_for_build_wheel(s, **kwargs):\n" + answer, "{}"},
		{"keywords, opted in", "__cache_directory__ = True\ndef get_requires_for_build_wheel(s, **kwargs):\n" + answer, "{'cache_directory': '/cache'}"},
		{"opted in, cannot", "__cache_directory__ = True\ndef get_requires_for_build_wheel(s): return ['fine']", "fine"},
		{"wrapper of a hook that names it", "import functools\ndef inner(s, cache_directory=None): return [str(cache_directory)]\n" +
			"@functools.wraps(inner)\ndef get_requires_for_build_wheel(*a, **k): return [str(k)]", "{}"},
		{"partial", "import functools\ndef inner(x, s, cache_directory=None): return [str(cache_directory)]\n" +
			"get_requires_for_build_wheel = functools.partial(inner, 1)", "/cache"},
		{"method", "class B:\n def get_requires_for_build_wheel(self, s, cache_directory=None): return [str(cache_directory)]\n" +
			"get_requires_for_build_wheel = B().get_requires_for_build_wheel", "/cache"},
		{"signature of its own", "def get_requires_for_build_wheel(s, **kwargs):\n" + answer + "import inspect\n" +
			"get_requires_for_build_wheel.__signature__ = inspect.Signature([inspect.Parameter('cache_directory', inspect.Parameter.KEYWORD_ONLY)])", "{'cache_directory': '/cache'}"},
		{"cannot be inspected", "class Hook:\n __signature__ = 5\n def __call__(self, s, **kwargs): return [str(kwargs)]\nget_requires_for_build_wheel = Hook()", "{}"},
		{"class", "class get_requires_for_build_wheel(list):\n def __init__(self, s, cache_directory=None): super().__init__([str(cache_directory)])", "/cache"},
		{"object", "class Hook:\n def __call__(self, s, *, cache_directory): return [str(cache_directory)]\nget_requires_for_build_wheel = Hook()", "/cache"},
		{"C function", "get_requires_for_build_wheel = min", "TypeError: 'NoneType' object is not iterable"},
		{"partial that has set it", "import functools\ndef inner(s, cache_directory=None): return [str(cache_directory)]\n" +
			"get_requires_for_build_wheel = functools.partial(inner, cache_directory='own')", "/cache"},
		{"partial that has filled it", "import functools\ndef inner(cache_directory, s): return [str(cache_directory)]\n" +
			"get_requires_for_build_wheel = functools.partial(inner, 'own')", "own"},
		{"TypeError is final", "calls = []\ndef get_requires_for_build_wheel(s, cache_directory=None):\n calls.append(1)\n raise TypeError(len(calls))", "TypeError: 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, output := call(t, c.backend, Request{Hook: GetRequiresWheel, CacheDirectory: "/cache"})
			if got := append(response.Requires, response.Error); got[0] != c.want {
				t.Errorf("got %q, want %q\n%s", got, c.want, output)
			}
			if given := strings.Contains(c.want, "/cache") || c.name == "TypeError is final"; response.CacheDirectory != given {
				t.Errorf("the response says that it was given: %v", response.CacheDirectory)
			}
		})
	}
	response, _ := call(t, "def get_requires_for_build_wheel(s, cache_directory=1): return [str(cache_directory)]", Request{Hook: GetRequiresWheel})
	if response.Requires[0] != "None" {
		t.Errorf("without a cache the hook got %s", response.Requires[0])
	}
}

// TestCacheDirectoryOfEachHook proves CACHE-1 and CACHE-2 for every hook: the argument is given, as an absolute path, to one whose signature names it, and not to one of the
// same backend whose signature does not.
func TestCacheDirectoryOfEachHook(t *testing.T) {
	t.Parallel()
	hooks := []struct {
		name      Name
		arguments string
	}{
		{GetRequiresWheel, "settings"}, {GetRequiresSdist, "settings"}, {GetRequiresEditable, "settings"},
		{PrepareMetadataWheel, "directory, settings"}, {PrepareMetadataEditable, "directory, settings"},
		{BuildWheel, "directory, settings, metadata"}, {BuildSdist, "directory, settings"}, {BuildEditable, "directory, settings, metadata"},
	}
	for first := range 2 {
		var backend strings.Builder
		for i, hook := range hooks {
			arguments, answer := hook.arguments, `"none"`
			if i%2 == first {
				arguments, answer = hook.arguments+", *, cache_directory", "type(cache_directory).__name__ + cache_directory"
			}
			if strings.HasPrefix(string(hook.name), "get_requires") {
				answer = "[" + answer + "]"
			}
			backend.WriteString("def " + string(hook.name) + "(" + arguments + "): return " + answer + "\n")
		}
		for i, hook := range hooks {
			want := "none"
			if i%2 == first {
				want = "str/cache"
			}
			response, output := call(t, backend.String(), Request{Hook: hook.name, Directory: "/out", Metadata: "/metadata", CacheDirectory: "/cache"})
			if got := strings.Join(append(response.Requires, response.Name), ""); got != want || response.CacheDirectory != (want != "none") {
				t.Errorf("%s says %q, want %q; given: %v\n%s", hook.name, got, want, response.CacheDirectory, output)
			}
		}
	}
}
