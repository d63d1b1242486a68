# Calls one hook of the project's backend as a build does: a fresh interpreter, the same request, its answer on a descriptor of
# its own. The helper puts this on PATH in the room of a shell.
set -u
requests='@SHELL@'
name=${1-}
if [ $# -ne 1 ] || [ ! -f "$requests/$name.json" ]; then
  echo "usage: hook NAME, which is one of" >&2
  for file in "$requests"/*.json; do
    basename "$file" .json | sed 's/^/  /' >&2
  done
  exit 2
fi
cd '@SOURCE@' || exit
# A terminal is left to the backend, for breakpoint(); commands from a pipe are the shell's.
[ -t 0 ] || exec < /dev/null
answer=$(mktemp) || exit
'@PYTHON@' -c "$(cat "$requests/caller.py")" 3< "$requests/$name.json" 4> "$answer"
code=$?
text=$(cat "$answer")
rm -f "$answer"
echo "$name answered: ${text:-nothing, and exited with code $code}"
case $text in
*'"kind":"ok"'* | *'"kind":"missing hook"'*) exit 0 ;;
esac
exit 1
