import type { ParsedConfig } from './schema/schema.ts'

type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Exclude<Value[Key], undefined>> }
    : Value

/** The checked configuration: complete, frozen, secrets read, one object for the whole server. What wasn't given is absent. */
export type HeliographConfig = DeepReadonly<
  Omit<ParsedConfig, 'instance' | 'registration' | 'uploads'> & {
    /** Differs at each start, so that a restarted process never looks like the one it replaces: [a-z0-9-]. */
    instance: string
    registration: ParsedConfig['registration'] & { open: 'never' | 'loopback' | 'always' }
    uploads: ParsedConfig['uploads'] & { store: 'none' | 'directory' | 's3' }
  }
>

/** With which other servers we speak, and how. */
export type PeerPolicyConfig = Pick<
  HeliographConfig['federation'],
  'others' | 'authentication' | 'minTls' | 'inbound' | 'outbound' | 'peers'
>
