package walls

import "strconv"

// ExitError is how the process ended that Reenter started. It has said already what there is to say: main exits with Code and
// prints nothing.
type ExitError struct{ Code int }

func (e *ExitError) Error() string { return "exit status " + strconv.Itoa(e.Code) }
