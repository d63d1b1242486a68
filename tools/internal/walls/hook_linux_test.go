package walls

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// modes are helper processes that do something other than run a command in a room.
var modes = map[string]func(context.Context, task) error{
	"nothing": func(context.Context, task) error { return nil },
	"exit": func(ctx context.Context, do task) error {
		if inside, err := Reenter(ctx, do.Spec.Kind); !inside {
			return err
		}
		return &ExitError{Code: 9}
	},
	"killed": func(ctx context.Context, do task) error {
		inside, err := Reenter(ctx, do.Spec.Kind)
		if !inside {
			return err
		}
		if do.Spec.Kind == Required {
			// The first process of a namespace can't kill itself, so it says what a shell would.
			return &ExitError{Code: 128 + 9}
		}
		return errors.Join(syscall.Kill(os.Getpid(), syscall.SIGKILL), errors.New("not killed"))
	},
	"available": func(ctx context.Context, _ task) error { return Available(ctx) },
	"refused": func(ctx context.Context, do task) error {
		if err := refuseNamespaces(); err != nil {
			return err
		}
		inside, err := Reenter(ctx, do.Spec.Kind)
		if !inside {
			return err
		}
		room, err := Open(ctx, do.Spec)
		if err != nil {
			return err
		}
		return errors.Join(runTask(ctx, room, do), room.Close())
	},
	"refused-available": func(ctx context.Context, _ task) error {
		if err := refuseNamespaces(); err != nil {
			return err
		}
		return Available(ctx)
	},
}

// refuseNamespaces makes this process's user namespace one that refuses others. The second time, as the inner process of Paths, it
// has done so already.
func refuseNamespaces() error {
	return os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0)
}

// hookMain is the test binary as a hook.
func hookMain(args []string) int {
	var err error
	switch args[0] {
	case "connect":
		for _, to := range args[1:] {
			conn, err := net.Dial("tcp", to)
			fmt.Println(to, err)
			if err == nil {
				conn.Close()
			}
		}
	case "itself":
		err = talkToItself()
	default:
		err = fmt.Errorf("unknown hook %q", args)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return 0
}

// talkToItself connects to a server of its own, and sends one datagram to elsewhere.
func talkToItself() error {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		conn, err := server.Accept()
		if err == nil {
			fmt.Fprintln(conn, "pong")
			conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		return err
	}
	var text string
	if _, err := fmt.Fscan(conn, &text); err != nil {
		return err
	}
	fmt.Println(text)
	elsewhere, err := net.Dial("udp", "198.51.100.9:5353")
	if err != nil {
		return err
	}
	_, err = elsewhere.Write([]byte("x"))
	return err
}
