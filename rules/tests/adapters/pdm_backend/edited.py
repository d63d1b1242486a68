from setuptools import Extension


def pdm_build_update_setup_kwargs(context, kwargs):
    sources = ["src/counted/module.c", "src/counted/multiplied.c"]
    kwargs["ext_modules"] = [Extension("counted._counted", sources, extra_compile_args=["-O0"])]
