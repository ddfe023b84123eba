import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Victim } from './app-desk.ts'
import { arrange, asRoot, freeze, type Server, thaw } from './lab.ts'
import { DROP_IN } from './push-desk.ts'

/** What a fault may do: the host that is pushed to, and the console that pushes. */
export interface Scene {
  readonly host: Server
  readonly kill: () => void
  /** A file that moves the clock of the console by a day once it is there. */
  readonly jumpFile: string
}

export interface Fault {
  readonly name: string
  /** Before the push; returns what takes it away afterwards, without touching what the push left. */
  readonly before?: (host: Server) => Promise<void>
  /** As a step is announced. Over when the trouble is. */
  readonly strike: (scene: Scene) => Promise<unknown>
  readonly after?: (host: Server) => Promise<unknown>
  /** Other hosts meet it, too. */
  readonly shared?: boolean
}

/** Strikes the app, which pushes instead of the command line. */
export interface AppFault {
  readonly name: string
  readonly victim: Victim
}

/** Longer than the undo waits: what the host tries while it lasts fails, too. */
const LASTING_SECONDS = 40

/** Both folders that a push writes to lie on one small disk of their own. */
const smallDisk = `mkdir -p /run/fill && mount -t tmpfs -o size=1m tmpfs /run/fill && mkdir /run/fill/u /run/fill/w /run/fill/u2 /run/fill/w2
  mount -t overlay overlay -o lowerdir=/etc/systemd/system,upperdir=/run/fill/u,workdir=/run/fill/w /etc/systemd/system
  mount -t overlay overlay -o lowerdir=/var/lib,upperdir=/run/fill/u2,workdir=/run/fill/w2 /var/lib`

const place = `at=${DROP_IN}; [ -e "$at" ] || at=/etc/systemd/system`

export const faults: readonly (Fault | AppFault)[] = [
  { name: 'kill the app', victim: 'app' },
  { name: 'kill the engine', victim: 'engine' },
  { name: 'kill the console', strike: async ({ kill }) => kill() },
  {
    name: 'cut the link',
    strike: ({ host }) => asRoot(host, 'ip route add blackhole 10.77.2.10/32; sleep 20; ip route del blackhole 10.77.2.10/32'),
  },
  {
    name: 'kill sshd of the jump',
    shared: true,
    strike: () => asRoot('jump', 'systemctl stop ssh; pkill -9 sshd; sleep 15; systemctl start ssh'),
  },
  { name: 'reboot the host', strike: ({ host }) => asRoot(host, 'systemctl --no-block reboot') },
  {
    name: 'fill the disk',
    before: async (host) => void (await arrange(host, smallDisk)),
    strike: ({ host }) => asRoot(host, `dd if=/dev/zero of=/run/fill/full; sleep ${LASTING_SECONDS}; rm /run/fill/full`),
    after: (host) =>
      asRoot(host, 'umount /var/lib /etc/systemd/system; umount /run/fill; systemctl daemon-reload; systemctl restart ollama'),
  },
  {
    name: 'immutable file',
    strike: ({ host }) => asRoot(host, `${place}; chattr +i "$at"; sleep ${LASTING_SECONDS}; chattr -i "$at"`),
  },
  {
    name: 'changed underneath',
    strike: ({ host }) => asRoot(host, `mkdir -p ${DROP_IN.replace(/\/[^/]*$/, '')}; echo '# theirs' >>${DROP_IN}`),
  },
  {
    name: 'systemd does not reload',
    strike: ({ host }) =>
      asRoot(
        host,
        `printf '#!/bin/sh\\ncase "$*" in *daemon-reload*) exit 1 ;; esac\\nexec /usr/bin/systemctl "$@"\\n' >/usr/local/sbin/systemctl
         chmod 755 /usr/local/sbin/systemctl; sleep ${LASTING_SECONDS}; rm /usr/local/sbin/systemctl`,
      ),
  },
  {
    name: 'freeze the host 60 s',
    strike: async ({ host }) => {
      await freeze(host)
      await pause(60_000)
      await thaw(host)
    },
  },
  { name: 'jump the clock', strike: async ({ jumpFile }) => writeFileSync(jumpFile, '') },
]
