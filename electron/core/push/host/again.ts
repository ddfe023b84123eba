/**
 * What a file is, read by other programs than the sha256sum and the stat that the rest of a push rests on: a host on which these say what was planned,
 * whatever is there, is met by it. Owner and mode come from find; of a file that the console wrote, the bytes come along and the console takes their
 * digest; of any other, since its content stays there, the digest comes from whatever else the host has. What nobody else can say is `-`.
 */
export const againRuntime = `
gh_again() {
  case $2 in kept:*|*[0-9a-f]:*:*:*) ;; *) return 0 ;; esac
  gh_own=$(find "$3" -maxdepth 0 -printf %U:%G:%m 2>/dev/null) || gh_own=-
  gh_by='- -'
  case "$2,$gh_open" in
    kept:*) ;;
    *,*" $1 "*) gh_by="bytes $(base64 <"$3" | tr -d '\\n')" ;;
    *) for gh_tool in openssl python3 perl busybox; do
        command -v "$gh_tool" >/dev/null && gh_sum=$(gh_digest "$gh_tool" <"$3" 2>/dev/null) && gh_by="$gh_tool \${gh_sum%% *}" && break
      done ;;
  esac
  gh_say "again $1 $gh_own $gh_by"
}
gh_digest() {
  case $1 in
    openssl) openssl dgst -sha256 -r ;;
    python3) python3 -Ic 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())' ;;
    perl) perl -MDigest::SHA -e 'binmode STDIN; print Digest::SHA->new(256)->addfile(*STDIN)->hexdigest' ;;
    busybox) busybox sha256sum ;;
  esac
}
`
