# image.sh: the root of an image with the engines of stand-ins/, nginx and a shell, in $image. Made of the host's own files, since no registry is in reach.   shellcheck shell=sh
set -eu
image=/var/tmp/image
mkdir -p $image/usr/bin $image/usr/lib $image/usr/local/bin $image/usr/local/lib/stand-ins/bin $image/etc $image/root $image/run $image/tmp $image/var/log/nginx $image/var/lib/nginx
chmod 1777 $image/tmp
for folder in bin sbin lib lib64; do mkdir -p $image/usr/$folder; ln -sfn usr/$folder $image/$folder; done
bring() {
  mkdir -p "$image${1%/*}"
  cp -L "$1" "$image$1"
  # Of a program, and of a module that has no libraries.
  for library in $(ldd "$1" 2>/dev/null | grep -o '/lib[^ ]*\.so[^ ]*'); do
    [ -e "$image$library" ] || { mkdir -p "$image${library%/*}"; cp -L "$library" "$image$library"; }
  done
}
for program in /usr/bin/python3 /usr/bin/dash /usr/bin/sleep /usr/bin/cat /usr/bin/curl /usr/bin/busybox /usr/sbin/nginx; do [ ! -e $program ] || bring $program; done
ln -sf dash $image/usr/bin/sh
cp -a /usr/lib/python3.11 $image/usr/lib/
rm -rf $image/usr/lib/python3.11/test $image/usr/lib/python3.11/idlelib
for module in $image/usr/lib/python3.11/lib-dynload/*.so; do bring "${module#"$image"}"; done
cp /usr/local/lib/stand-ins/*.py $image/usr/local/lib/stand-ins/
for engine in ollama:ollama vllm:vllm llama-server:llama_server local-ai:local_ai; do
  program=${engine%:*}
  cp $image/usr/bin/python3 $image/usr/local/lib/stand-ins/bin/$program
  printf '%s\n' '#!/usr/bin/python3 -I' 'import sys' 'sys.path.insert(0, "/usr/local/lib/stand-ins")' 'import pose' \
    "pose.launch('/usr/local/lib/stand-ins/bin/$program', '${engine#*:}.py')" >$image/usr/local/bin/$program
  chmod 755 $image/usr/local/bin/$program
done
printf 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/:/usr/sbin/nologin\n' >$image/etc/passwd
printf 'root:x:0:\nwww-data:x:33:\n' >$image/etc/group
