package adapter

// maturin keeps cargo's target directory: https://doc.rust-lang.org/cargo/reference/environment-variables.html (CARGO_TARGET_DIR). With
// the environment's own interpreter pyo3 is compiled again wherever the environment lies:
// https://www.maturin.rs/environment-variables.html (MATURIN_PEP517_USE_BASE_PYTHON).
var maturin = Adapter{
	Name: "maturin", Backends: []string{"maturin"}, Distribution: "maturin",
	Map: buildDirectory{
		distribution: "maturin",
		oldest:       "1.7.0", // the first with MATURIN_PEP517_USE_BASE_PYTHON
		variables:    targetDirectoryVariables,
		off: func(told Told) (string, error) {
			where := told.mentions("--target-dir", []string{"build-args", "maturin.build-args"}, []string{"MATURIN_PEP517_ARGS"})
			if where != "" {
				where += " names a build directory"
			}
			return where, nil
		},
		give: func(path string) Mapping {
			return Mapping{Env: []string{"CARGO_TARGET_DIR=" + path, "MATURIN_PEP517_USE_BASE_PYTHON=1"}}
		},
	}.mapping,
}

// targetDirectoryVariables are those by which a user sets cargo's target directory.
var targetDirectoryVariables = []string{"CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"}
