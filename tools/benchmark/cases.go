package main

import "path"

// benchCase is one published sdist of rules/tests/cases.
type benchCase struct {
	name string
	// native projects compile. The target against uv is for the others: a compiler takes its time for everybody.
	native bool
	// uvBuild projects have uv's own backend, which uv does not call but replaces, if it may.
	uvBuild bool
	// locked is the lock's path in the checkout, where it does not lie with the cases' locks.
	locked string
}

// cases are the sdists of rules/tests/cases.
var cases = []benchCase{
	{name: "attrs"},
	{name: "beavers"},
	{name: "charset_normalizer"},
	{name: "django_stubs_ext", uvBuild: true},
	{name: "docopt"},
	{name: "enscons"},
	{name: "flit_core"},
	{name: "hatchling"},
	{name: "idna"},
	{name: "jupyterlab_pygments"},
	{name: "mccabe"},
	{name: "os_service_types"},
	{name: "pdm_backend"},
	{name: "pluggy"},
	{name: "poetry_core"},
	{name: "setuptools_scm"},
	{name: "sgmllib3k"},
	{name: "tomli"},
	{name: "tomlkit"},
	{name: "crcmod", native: true},
	{name: "markupsafe", native: true},
}

const casePackage = "rules/tests/cases"

func (c benchCase) label() string { return "//" + casePackage + ":" + c.name }

// lock is the lock's path in the checkout.
func (c benchCase) lock() string {
	if c.locked != "" {
		return c.locked
	}
	return path.Join(casePackage, "locks", c.name+".txt")
}

func caseNames() []string {
	var names []string
	for _, c := range cases {
		names = append(names, c.name)
	}
	return names
}

// chosenCases are the cases of that name, in the table's order.
func chosenCases(names []string) ([]benchCase, error) {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var chosen []benchCase
	for _, c := range cases {
		if wanted[c.name] {
			chosen = append(chosen, c)
			delete(wanted, c.name)
		}
	}
	for name := range wanted {
		return nil, unknownCase(name)
	}
	return chosen, nil
}
