package walls

import (
	"fmt"
	"testing"
)

func TestSmoke(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		fmt.Println(works(t, script(kind, "id; ls -la / /pyproject /dev /etc; cat /proc/mounts; ls /proc; env; pwd")).Stdout)
		r := works(t, task{Spec: Spec{Kind: kind}, Program: "hook", Args: []string{"connect", "93.184.216.34:443", "nowhere.example:22", "[2001:db8::1]:80"}})
		fmt.Println(r.Stdout, r.Network)
	})
}
