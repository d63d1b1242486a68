package walls

import (
	"fmt"
	"strconv"
)

// DefaultSourceDateEpoch is 1980-01-01, the first time that a zip entry can hold.
const DefaultSourceDateEpoch = 315532800

// userName is the same in both kinds, though Paths can't change what the user database says.
const userName = "builder"

// environ is all that a hook finds in its environment (BE-4). What isn't here isn't set: no LC_*, no SHELL, no PYTHON* but
// the hash seed, no proxy. A pyvenv.cfg environment needs no PYTHONNOUSERSITE, and HOME is empty.
func environ(r *Room, spec Spec) ([]string, error) {
	epoch := spec.SourceDateEpoch
	if epoch == 0 {
		epoch = DefaultSourceDateEpoch
	}
	if epoch < DefaultSourceDateEpoch {
		return nil, fmt.Errorf("SOURCE_DATE_EPOCH %d is before 1980-01-01 (%d), which a wheel can't hold", epoch, DefaultSourceDateEpoch)
	}
	// What names a place is translated by Room.Inside later: the root of Paths isn't known yet.
	return []string{
		"LANG=C.UTF-8",
		"LOGNAME=" + userName,
		"PYTHONHASHSEED=0",
		"SOURCE_DATE_EPOCH=" + strconv.FormatInt(epoch, 10),
		"TZ=UTC",
		"USER=" + userName,
	}, nil
}

// addPlaces completes the environment once the room knows where it is.
func (r *Room) addPlaces() {
	r.environ = append(r.environ,
		"HOME="+r.Inside(Home),
		"PATH="+r.Inside(Environment)+"/bin:"+r.Inside(Compilers)+":"+r.Inside(Tools),
		"TMPDIR="+r.Inside(Tmp),
	)
}
