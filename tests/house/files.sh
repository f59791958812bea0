#!/bin/bash
# Hand-written files are short and say what they are for: at most 400 lines each, a median near 130, a comment on top.
set -uo pipefail
cd "$1" || exit 1
status=0
files=$(find . -type f \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' \
  -o -name '*.cmake' -o -name CMakeLists.txt -o -path ./dev \) -not -path './build/*' -not -path './.*/*' \
  -not -path './tests/golden/*' -not -path './tests/install/committed/*' | sort)

while read -r lines file; do
  if ((lines > 400)); then echo "$file has $lines lines"; status=1; fi
done < <(xargs wc -l <<<"$files" | grep -v ' total$')

# Small files (mistakes, projects of a few lines) would hide long ones: the median is over those of 40 lines and more.
median=$(xargs wc -l <<<"$files" | grep -v ' total$' | awk '$1 >= 40 {print $1}' | sort -n |
  awk '{n[NR] = $1} END {print NR ? n[int((NR + 1) / 2)] : 0}')
echo "$(wc -l <<<"$files") files, median of those over 40 lines: $median"
if ((median > 170)); then echo "the median is to stay near 130"; status=1; fi

while read -r file; do
  first=$(grep -vm1 -e '^#!' -e '^$' "$file")
  case $first in
    //* | /\** | \#\ * | '"""'*) ;;
    *) echo "$file does not open with what it is for: $first"; status=1 ;;
  esac
  if [[ $file != ./tests/house/* ]] && grep -nwE 'TODO|FIXME|XXX' "$file"; then
    echo "$file leaves something open"
    status=1
  fi
done <<<"$files"
exit $status
