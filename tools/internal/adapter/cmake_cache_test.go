package adapter

import (
	"strings"
	"testing"
)

// cacheOfCMake is what CMake 4 keeps, the parts that differ in how they are treated.
const cacheOfCMake = `# For build in directory: /pyproject/cache/build
//Path to a program.
CMAKE_AR:FILEPATH=/pyproject/compilers/ar
CMAKE_CXX_COMPILER:FILEPATH=/pyproject/compilers/c++
CMAKE_CXX_COMPILER_AR:FILEPATH=/usr/bin/gcc-ar
CMAKE_CXX_FLAGS:STRING=-O0
CMAKE_BUILD_TYPE:STRING=Release
CMAKE_STRIP-ADVANCED:INTERNAL=1
CMAKE_EXECUTABLE_FORMAT:INTERNAL=ELF
CMAKE_PLATFORM_INFO_INITIALIZED:INTERNAL=1
WITH_COUNTING:BOOL=ON
HAVE_STRIP:INTERNAL=1
`

// TestReduceCMakeCache proves CACHE-6 and CACHE-7: options never keep what they were, and CMake tries its compilers again where anything has changed
// that may say which they are, and not after an edit of C.
func TestReduceCMakeCache(t *testing.T) {
	const known = `CMAKE_AR:FILEPATH=/pyproject/compilers/ar
CMAKE_CXX_COMPILER:FILEPATH=/pyproject/compilers/c++
CMAKE_CXX_COMPILER_AR:FILEPATH=/usr/bin/gcc-ar
CMAKE_STRIP-ADVANCED:INTERNAL=1
CMAKE_EXECUTABLE_FORMAT:INTERNAL=ELF
CMAKE_PLATFORM_INFO_INITIALIZED:INTERNAL=1
`
	for name, test := range map[string]struct {
		cache            string
		changed, removed []string
		want             string
	}{
		"nothing changed":      {cache: cacheOfCMake, want: known},
		"C and Python":         {cache: cacheOfCMake, changed: []string{"src/a.cpp", "p/__init__.py"}, removed: []string{"src/b.h"}, want: known},
		"CMakeLists.txt":       {cache: cacheOfCMake, changed: []string{"src/a.cpp", "src/CMakeLists.txt"}},
		"a removed file":       {cache: cacheOfCMake, removed: []string{"cmake/toolchain.cmake"}},
		"any other file":       {cache: cacheOfCMake, changed: []string{"flags"}},
		"Fortran":              {cache: cacheOfCMake + "CMAKE_Fortran_COMPILER:FILEPATH=/usr/bin/gfortran\n"},
		"a broken off attempt": {cache: strings.Replace(cacheOfCMake, "CMAKE_PLATFORM_INFO_INITIALIZED", "X", 1)},
		"an empty one":         {},
	} {
		for _, backend := range []string{"scikit_build_core.build", "py_build_cmake.build"} {
			t.Run(name+", "+backend, func(t *testing.T) {
				told := tell(t, backend, nil, "build/.ninja_deps")
				told.build(t, map[string]string{cmakeCache: test.cache})
				told.Changed, told.Removed = test.changed, test.removed
				told.mapped(t)
				if got, err := told.kept(cmakeCache); err != nil || got != test.want {
					t.Errorf("left %q, error %v", got, err)
				}
			})
		}
	}
}
