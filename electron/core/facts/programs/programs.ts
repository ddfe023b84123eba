import type { ServiceBind } from '#shared/model/inference-service.ts'

/**
 * What a program is here. inference: runs models. interface: people and programs use models through it. notebook, cluster, container-api: run code for
 * whoever may use them. store: keeps what models read or are asked. exporter: tells numbers. tunnel: brings outsiders in past the firewall.
 */
export type ProgramKind = 'inference' | 'interface' | 'notebook' | 'cluster' | 'container-api' | 'store' | 'exporter' | 'tunnel'

/** What a program loads out of a hub of models. */
export interface Hub {
  /** What its words, or a variable, name to load: folders, repositories of a hub, addresses. */
  readonly models: readonly string[]
  /** The model itself is among them. */
  readonly named: boolean
  /** HF_HUB_OFFLINE, with the states of `offline-settings.ts`. Absent where it knows no such switch. */
  readonly offline?: 'set' | 'said' | 'missing' | 'unknown'
}

/** A program that belongs to running models, beside the engines that are known in depth. */
export interface Program {
  /** Id of its record, and of the record and its pid where it runs twice. */
  readonly id: string
  readonly name: string
  readonly kind: ProgramKind
  readonly pids: readonly number[]
  readonly user: string
  readonly unit?: string | undefined
  readonly container?: string | undefined
  /** Its TCP sockets, or ports published for its container. */
  readonly binds: readonly ServiceBind[]
  /** Why `binds` may lack something. */
  readonly bindsUnknown?: string | undefined
  /** Does it ask who is there? `default`: yes, unless a setting that cannot be seen here turned it off. */
  readonly authentication: 'none' | 'on' | 'default' | 'unknown'
  /** It has a door that asks nobody, whatever the others answer. */
  readonly otherDoor?: true | undefined
  /** Whom it does not ask it lets read, and run nothing. */
  readonly readsOnly?: true | undefined
  /** Why that is `unknown`, where it is known why; or which setting may have turned off what asks by default. */
  readonly authenticationUnknown?: string | undefined
  /** The word that decides it, when one does. */
  readonly decidedBy?: string | undefined
  /** What it loads, where its record says how that is named. */
  readonly hub?: Hub | undefined
  /** A variable that leads it through a proxy (`none`: there is none; undefined where its environment is not known whole, or no server of models). */
  readonly proxy?: string | undefined
  /** Routes whose GET shows whether it asks for credentials. */
  readonly telling: readonly string[]
  /** It passes requests of an engine's own routes on to it. */
  readonly forwards?: true | undefined
  /** What somebody who reaches it can do. */
  readonly danger: string
  /** Line that shows it. */
  readonly section: string
  readonly line: number
}
