package environment

import (
	"context"
	"runtime"
	"sync"
)

// parallel runs a function on each element, as many at once as there are processors. The error of the first element
// that has one is returned, first by place and not by time, so that messages are the same each time.
func parallel[T any](ctx context.Context, all []T, run func(context.Context, T) error) error {
	next := make(chan int)
	errs := make([]error, len(all))
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range next {
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = run(ctx, all[i])
				}
			}
		}()
	}
	for i := range all {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
