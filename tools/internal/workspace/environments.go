package workspace

import (
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/buildfile"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
)

// declareLocks names the locks in MODULE.bazel, each in the hub that has it already, else in that which its targets name, else
// in the first one, and gives the targets their environments.
func (p *Plan) declareLocks() {
	var hubs []*buildfile.Hub
	for _, module := range p.modules {
		hubs = append(hubs, module.Hubs(p.rules)...)
	}
	byLock := map[string]*buildfile.Hub{}
	for _, hub := range hubs {
		for _, lock := range hub.Locks() {
			byLock[lock] = hub
		}
	}
	added := map[*buildfile.Hub][]string{}
	for _, found := range p.found {
		if found.lock == nil || byLock[found.lockLabel()] != nil || !found.wantsHub(hubs) {
			continue
		}
		if len(hubs) == 0 {
			hubs = append(hubs, p.addHub())
		}
		hub := hubs[max(slices.IndexFunc(hubs, func(h *buildfile.Hub) bool { return found.names(h.Name()) }), 0)]
		added[hub] = append(added[hub], found.lockLabel())
		byLock[found.lockLabel()] = hub
	}
	for _, hub := range hubs {
		hub.SetLocks(added[hub], p.isGone)
	}
	for _, found := range p.found {
		found.setEnvironment(byLock)
	}
}

// addHub adds a hub where people use the extension, or in MODULE.bazel.
func (p *Plan) addHub() *buildfile.Hub {
	home := max(slices.IndexFunc(p.modules, func(module *buildfile.File) bool { return module.UsesExtension(p.rules) }), 0)
	return p.modules[home].AddHub(p.rules)
}

func (f *found) lockLabel() string { return "//" + f.dir.path + ":" + f.lock.Out }

// wantsHub says whether the lock belongs into a hub: a target has no environment yet, or one that a hub would make of the lock.
// What else people gave their targets is where they put it.
func (f *found) wantsHub(hubs []*buildfile.Hub) bool {
	return slices.ContainsFunc(f.targets, func(t *buildfile.Target) bool { return !t.HasEnvironment() }) ||
		slices.ContainsFunc(hubs, func(h *buildfile.Hub) bool { return f.names(h.Name()) }) ||
		len(hubs) == 0 && f.names(buildfile.DefaultHub)
}

// names says whether a target names what a hub makes of the lock.
func (f *found) names(hub string) bool {
	return slices.ContainsFunc(f.targets, func(t *buildfile.Target) bool {
		environment := t.Environment()
		return environment == f.environment(hub, true) || environment == f.environment(hub, false)
	})
}

// environment is what a hub makes of the lock. alone says that it has no other of the package.
func (f *found) environment(hub string, alone bool) string {
	return repository.EnvironmentLabel(hub, f.dir.path, f.lock.Out, alone)
}

func (f *found) setEnvironment(byLock map[string]*buildfile.Hub) {
	if f.lock == nil || byLock[f.lockLabel()] == nil {
		return
	}
	hub := byLock[f.lockLabel()]
	inPackage := 0
	for _, lock := range hub.Locks() {
		if strings.HasPrefix(lock, "//"+f.dir.path+":") {
			inPackage++
		}
	}
	for _, target := range f.targets {
		target.SetEnvironment(f.environment(hub.Name(), inPackage == 1))
	}
}
