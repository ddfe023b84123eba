/** A file on stdin with its rule and names: the new one, or with a third word the first field of each line that is another. */
export const editRuntime = `
gh_edit() {
  awk -v rule="$1" -v names="$2" -v told="$3" '
    function without(members, all, kept, count, i) {
      count = split(members, all, ",")
      for (i = 1; i <= count; i++) if (!(all[i] in gone)) kept = kept (kept == "" ? "" : ",") all[i]
      return kept
    }
    function names_one(members, all, count, i) {
      count = split(members, all, ",")
      for (i = 1; i <= count; i++) if (all[i] in gone) return 1
      return 0
    }
    BEGIN {
      FS = OFS = ":"
      total = split(names, list, " ")
      for (at = 1; at <= total; at++) gone[list[at]] = 1
      split(names, mine, ":")
    }
    # Before the first line that asks another source (passwd(5) of glibc); not where the name or the number is there.
    rule == "add" {
      if ($1 == mine[1] || mine[3] != "" && $3 == mine[3]) there = 1
      if (!sources && /^[+-]/) sources = NR
      row[NR] = $0
      next
    }
    { before = $0; dropped = 0 }
    rule == "close" && NF == 9 && ($1 in gone) {
      if ($2 !~ /^!/) $2 = "!" $2
      if ($8 != "1") $8 = "1"
    }
    rule == "leave-groups" && NF == 4 {
      for (at = 3; at <= 4; at++) if (names_one($at)) $at = without($at)
    }
    rule == "omit" && ($1 in gone) { dropped = 1 }
    told != "" { if (dropped || $0 "" != before "") print $1; next }
    !dropped { print }
    END {
      if (rule != "add") exit
      if (told != "") { if (!there) print mine[1]; exit }
      for (at = 1; at <= NR; at++) {
        if (at == sources && !there) print names
        print row[at]
      }
      if (!there && !sources) print names
    }
  '
}
`
