#!/bin/sh
# Poses as picklescan 1.0.4 about one file (-p FILE): its words and status, whose source parse-scanners.test.ts names. Finds posix.system alone.
found=$(grep -c -a posix "$2")
[ "$found" = 0 ] || echo "$2: dangerous import 'posix system' FOUND"
echo '----------- SCAN SUMMARY -----------'
printf 'Scanned files: 1\nInfected files: %s\nDangerous globals: %s\n' "$found" "$found"
[ "$found" = 0 ]
