import { expect, test } from 'vitest'
import { givesRoot, isStarter, programsOf } from './escapes.ts'

/** After the manuals of the programs, and gtfobins.github.io. */
test.each<[string, boolean]>([
  // Without a file an editor is an editor all the same, and a pager takes what comes in on a pipe.
  ['/usr/bin/vim ""', true],
  ['/usr/bin/nano ""', true],
  ['/usr/bin/less ""', true],
  ['/usr/bin/man ""', false],
  ['/usr/bin/man bash', true],
  // A wrapper is what it starts.
  ['/usr/bin/env bash', true],
  ['/usr/bin/env -i /bin/sh', true],
  ['/usr/bin/env id -u', false],
  ['/usr/bin/timeout 60 /bin/bash', true],
  ['/usr/bin/nice -n 5 /usr/bin/python3', true],
  ['/usr/bin/nice -n 5 /usr/bin/python3 /opt/job.py', false],
  ['/usr/bin/timeout 60 /usr/bin/env vim /etc/motd', true],
  ['/usr/bin/xargs tee', true],
  ['/usr/bin/xargs echo', false],
  ['/usr/bin/nsenter -t 1 -m -u -i -n', true],
  ['/usr/bin/nsenter -t 1 -m hostname', false],
  ['/usr/sbin/chroot /srv/tree', true],
  ['/usr/sbin/chroot /srv/tree /bin/true', false],
  // sudo leaves its caller in the folder of its choice.
  ['/usr/bin/make install', true],
  ['/usr/bin/make -C /srv/app install', false],
  ['/usr/bin/ansible-playbook -i /srv/hosts /srv/p.yaml', true],
  ['/usr/bin/npm start', true],
  ['/usr/bin/git pull', true],
  ['/usr/bin/git -C /srv/app pull', false],
  ['/usr/bin/git -C /srv/app log', true],
  ['/usr/bin/python3 job.py', true],
  ['/usr/bin/python3 -m http.server', true],
  ['/usr/bin/python3 -I -m http.server', false],
  ['/bin/sh -c id', false],
  ['/bin/sh run.sh', true],
  ['/usr/bin/docker compose up -d', true],
  ['/usr/bin/docker compose -f /srv/app.yaml up -d', false],
  ['/usr/bin/docker run -it -v /:/host alpine', true],
  ['/usr/bin/docker run -d -v /srv/models:/models ollama', false],
  ['/usr/bin/docker restart ollama', false],
  // Into a file of root, from where its caller says.
  ['/usr/bin/cp job /etc/cron.d/job', true],
  ['/usr/bin/cp /srv/job /etc/cron.d/job', false],
  ['/usr/bin/dd if=job of=/etc/cron.d/job', true],
  ['/usr/bin/cp a.conf /etc/nginx/conf.d/a.conf', false],
  ['/usr/bin/tar -czf /srv/x.tgz /srv/data', false],
  ['/usr/bin/systemctl restart make.service', false],
])('givesRoot(%j) is %j', (command, expected) => expect(givesRoot(command)).toBe(expected))

test.each<[string, boolean]>([
  ['/usr/bin/env bash', false],
  ['/usr/bin/timeout 60 /bin/bash', false],
  ['/usr/bin/make install', false],
  ['/usr/bin/git pull', false],
  ['/usr/bin/less ""', false],
  ['/usr/bin/vim ""', true],
])('givesRoot(%j) is %j where it may start nothing', (command, expected) => expect(givesRoot(command, true)).toBe(expected))

test.each<[string, readonly string[]]>([
  ['/usr/bin/tar -xf /srv/up.tar -C /opt', ['/srv/up.tar']],
  ['/usr/bin/mount -o loop /srv/x.img /mnt/x', ['/srv/x.img']],
  ['/usr/bin/make -C /srv/app install', ['/srv/app']],
  ['/usr/bin/chown -R ollama /srv/models', ['/srv']],
  ['/usr/bin/tar -czf /srv/x.tgz /home/ada', []],
  ['/usr/bin/find /home/ada -delete', []],
  ['/usr/bin/find /home/ada -exec touch {} ;', ['/home/ada']],
  ['/usr/bin/tcpdump -G 1 -z /tmp/run -w /srv/x', ['/tmp/run', '/srv/x']],
  ['/usr/bin/dpkg -i /srv/x.deb', ['/srv/x.deb']],
  ['/usr/sbin/nginx -c /srv/nginx.conf', ['/srv/nginx.conf']],
  ['/usr/bin/ansible-playbook --inventory=/srv/hosts /srv/p.yaml', ['/srv/hosts', '/srv/p.yaml']],
  ['/usr/bin/chmod 644 /home/ada/x', ['/home/ada']],
  ['/usr/bin/crontab /home/ada/tab', ['/home/ada/tab']],
  ['/usr/bin/awk -f /srv/x.awk /srv/data', ['/srv/x.awk']],
  ['/usr/bin/cat /home/ada/x', []],
  ['/usr/bin/cp /home/ada/x /srv/y', []],
  ['/usr/bin/cp /home/ada/x /etc/cron.d/y', ['/home/ada/x']],
  ['/usr/bin/git -C /srv/app pull', ['/srv/app']],
  ['/usr/bin/python3 /opt/x.py /srv/data', ['/opt/x.py']],
  ['/opt/tool --config /srv/x', []],
])('what decides %j', (command, expected) => expect(programsOf(command).slice(1)).toEqual(expected))

// Debian’s mail program is setuid root by design, and asks who calls.
test.each([
  ['/usr/bin/find', true],
  ['/opt/bin/python3', true],
  ['/usr/sbin/exim4', false],
  ['/usr/bin/sudo', false],
  ['/usr/local/bin/helper', false],
])('%s, raised to root, leads to root: %j', (path, expected) => expect(isStarter(path)).toBe(expected))
