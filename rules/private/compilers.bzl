"""The C++ toolchain of Bazel, as arguments of a session: compilers, their flags, and the files that they need."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

_COMPILER_CACHE = Label("//rules:compiler_cache_toolchain_type")

COMPILER_TOOLCHAINS = use_cc_toolchain(mandatory = False) + [config_common.toolchain_type(_COMPILER_CACHE, mandatory = False)]

# Features that are Bazel's own business: dependency files, parameter files, modules.
_UNSUPPORTED = ["layering_check", "module_maps", "parse_headers", "thin_lto", "fdo_optimize"]

def _command_line(features, action, variables):
    return cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = action,
        variables = variables,
    )

def _tool(features, action):
    return cc_common.get_tool_for_action(feature_configuration = features, action_name = action)

def _has(features, action):
    return cc_common.action_is_enabled(feature_configuration = features, action_name = action)

def _compile_flags(toolchain, features, action):
    return _command_line(features, action, cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        use_pic = True,
    ))

def _link_flags(toolchain, features):
    flags = _command_line(features, ACTION_NAMES.cpp_link_dynamic_library, cc_common.create_link_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        is_linking_dynamic_library = True,
        is_using_linker = True,
    ))

    # The launcher is what a backend links programs with, too; only the backend knows which it is.
    return [flag for flag in flags if flag != "-shared"]

def add_compiler_cache(ctx, args):
    """Adds a compiler cache to the arguments of a session, if there is one.

    Args:
      ctx: the rule's context; the rule has COMPILER_TOOLCHAINS.
      args: the `Args` of the session.
    Returns:
      A depset of File: the compiler cache, where it is of the build.
    """
    toolchain = ctx.toolchains[_COMPILER_CACHE]
    if not toolchain:
        return depset()
    args.add(toolchain.ccache, format = "--ccache=%s")
    if type(toolchain.ccache) == "string":
        return depset()

    # Bazel's sandbox consists of links, which lead to where a hook sees nothing.
    args.add(toolchain.ccache, format = "--execroot-file=%s")
    return depset([toolchain.ccache])

def add_compilers(ctx, args):
    """Adds the configured C++ toolchain to the arguments of a session, if there is one.

    Args:
      ctx: the rule's context; the rule has `use_cc_toolchain(mandatory = False)` and the fragment `cpp`.
      args: the `Args` of the session.
    Returns:
      A depset of File: what the compilers read of their own.
    """
    toolchain = find_cc_toolchain(ctx, mandatory = False)
    if not toolchain:
        return depset()
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features + _UNSUPPORTED,
    )
    tools = {
        "ar": (ACTION_NAMES.cpp_link_static_library, toolchain.ar_executable),
        "cc": (ACTION_NAMES.c_compile, toolchain.compiler_executable),
        "cxx": (ACTION_NAMES.cpp_compile, toolchain.compiler_executable),
        "strip": (ACTION_NAMES.strip, toolchain.strip_executable),
    }
    for name, (action, default) in sorted(tools.items()):
        path = _tool(features, action) if _has(features, action) else default
        if path:
            args.add(path, format = "--{}=%s".format(name))
    for name, path in [("ld", toolchain.ld_executable), ("nm", toolchain.nm_executable), ("objcopy", toolchain.objcopy_executable)]:
        if path:
            args.add(path, format = "--{}=%s".format(name))
    args.add_all(_compile_flags(toolchain, features, ACTION_NAMES.c_compile), format_each = "--cc-flag=%s")
    args.add_all(_compile_flags(toolchain, features, ACTION_NAMES.cpp_compile), format_each = "--cxx-flag=%s")
    args.add_all(_link_flags(toolchain, features), format_each = "--link-flag=%s")

    # A compiler of the machine finds its own files; one of the build has to be shown what it reads beside itself.
    if not _tool(features, ACTION_NAMES.c_compile).startswith("/"):
        args.add_all(toolchain.all_files, format_each = "--execroot-file=%s")
    return toolchain.all_files
