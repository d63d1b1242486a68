package walls

import (
	"context"
	"fmt"
	"net"
	"os"
)

// modes are helper processes that do something other than run a command in a room.
var modes = map[string]func(context.Context, task) error{}

// hookMain is the test binary as a hook.
func hookMain(args []string) int {
	switch args[0] {
	case "connect":
		for _, to := range args[1:] {
			conn, err := net.Dial("tcp", to)
			fmt.Println(to, err)
			if err == nil {
				conn.Close()
			}
		}
	default:
		fmt.Fprintln(os.Stderr, "unknown hook", args)
		return 2
	}
	return 0
}
