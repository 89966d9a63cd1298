import { type FieldOption, type FieldType, type FormField, type FormValues, NS, stanzaError } from '@heliograph/stanza'
import type { Managed } from '../../rpc/manage-users.ts'
import { type Command, completed, failed, type Result, refused, type Stage } from '../command.ts'
import { commandError } from '../command-errors.ts'

/** Addresses that one command may name. */
const MOST_ADDRESSES = 100

/** The commands of XEP-0133 are the server's, and for its administrators. */
export function adminCommand(command: Pick<Command, 'name' | 'stages' | 'run'> & { readonly node: string }): Command {
  return { ...command, node: `${NS.admin}#${command.node}`, at: ['server'], who: 'administrators' }
}

/** A stage that always asks the same. */
export function asking(title: string, ...fields: readonly FormField[]): Stage {
  return () => ({ formType: NS.admin, title, fields })
}

/** A field by the names that XEP-0133 §7.2 registers. */
export function field(name: string, type: FieldType, label: string, required = true): FormField {
  return { var: name, type, label, required }
}

export function choice(name: string, label: string, options: readonly FieldOption[], value: string): FormField {
  return { var: name, type: 'list-single', label, options, values: [value] }
}

/**
 * Does something for each address, one after the other. One that fails is an error (XEP-0133 §6); some of many are told of in a note.
 */
export async function forEach(
  jids: readonly string[] | undefined,
  act: (jid: string) => Promise<Managed>,
  done: (count: number) => string,
): Promise<Result> {
  const all = jids ?? []
  if (all.length > MOST_ADDRESSES) return tooMany()
  const problems: string[] = []
  for (const jid of all) {
    const result = await act(jid)
    if (result.ok) continue
    if (all.length === 1) return refusedBy(result)
    problems.push(`${jid}: ${result.text ?? result.condition}`)
  }
  if (problems.length === 0) return completed(done(all.length))
  return failed(`${done(all.length - problems.length)} Not done: ${problems.join(', ')}`)
}

export function tooMany(): Result {
  return refused(commandError('bad-payload', `at most ${MOST_ADDRESSES} addresses`))
}

export function refusedBy({ condition, text }: Extract<Managed, { ok: false }>): Result {
  return refused(stanzaError(condition as Parameters<typeof stanzaError>[0], { text }))
}

/** The addresses in a form, unless they are too many. */
export function addressesIn(form: FormValues | undefined): readonly string[] | undefined {
  const jids = form?.list('accountjids') ?? []
  return jids.length > MOST_ADDRESSES ? undefined : jids
}
