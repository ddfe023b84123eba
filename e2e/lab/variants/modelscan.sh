#!/bin/sh
# Poses as modelscan 0.8.6 in the same way.
printf 'No settings file detected at /modelscan-settings.toml. Using defaults. \n\n'
printf 'Scanning %s using modelscan.scanners.PickleUnsafeOpScan model scan\n\n--- Summary ---\n\n' "$2"
if ! grep -q -a posix "$2"; then
  echo ' No issues found! 🎉'
  exit 0
fi
printf 'Total Issues: 1\n\nTotal Issues By Severity:\n\n    - LOW: 0\n    - MEDIUM: 0\n    - HIGH: 0\n    - CRITICAL: 1\n\n'
printf -- "--- Issues by Severity ---\n\n--- CRITICAL ---\n\nUnsafe operator found:\n  - Severity: CRITICAL\n"
printf "  - Description: Use of unsafe operator 'system' from module 'posix'\n  - Source: %s\n" "$2"
exit 1
