package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Answer is what one get_requires hook asks for.
type Answer struct {
	// Hook is the hook, and Backend whose it is.
	Hook    hook.Name `json:"hook"`
	Backend string    `json:"backend"`
	// Requires is what it asks for, as it was returned.
	Requires []string `json:"requires"`
}

// Ask asks get_requires hooks, in the room that a build has (REQ-5). Hooks that the backend lacks, or says that it does not
// support, have no answer. What they ask for is not compared with the environment: it is asked for so that it can be locked.
func Ask(ctx context.Context, config *Config, hooks ...hook.Name) (answers []Answer, err error) {
	log := &record{}
	defer func() { err = errors.Join(err, log.write(config.Log)) }()
	var calls *calls
	var callsErr error
	staged, err := prepare(ctx, config, func(s *Staged) { calls, callsErr = startCalls(ctx, s, log, hooks...) })
	defer func() { staged.end(log, calls) }()
	if err := errors.Join(err, callsErr); err != nil {
		return nil, err
	}
	if err := staged.checkStatic(); err != nil {
		return nil, err
	}
	if err := calls.sequence.Plan(staged.request("")); err != nil {
		return nil, err
	}
	for _, name := range hooks {
		response, err := calls.call(ctx, "")
		if err != nil {
			return nil, err
		}
		if response.Kind != hook.OK {
			continue
		}
		answer := Answer{Hook: name, Backend: staged.Project.BuildSystem.Backend, Requires: response.Requires}
		for _, text := range answer.Requires {
			if _, err := requirement.Parse(text); err != nil {
				return nil, fmt.Errorf("what %s of %s asks for: %q is not a requirement: %w", name, answer.Backend, text, err)
			}
		}
		answers = append(answers, answer)
	}
	return answers, nil
}
