#!/bin/sh
# CACHE-6: a warm build that differs is found, with the file that differs and who is to blame.
report=$("$1") && { echo "the test of a backend that lies has passed:"; echo "$report"; exit 1; }
for text in "DIFFERENT  rules/tests/promise/patches/lying_edited.patch (cache directory as the last build left it" "lying.py: " "to blame: the backend, which takes cache_directory" "equal      all of it reverted"; do
  case $report in
    *"$text"*) ;;
    *) echo "the report lacks: $text"; echo "$report"; exit 1 ;;
  esac
done
