import type { DescribedField, DescribedMessage } from '@heliograph/rpc'
import { refusal } from './problem.ts'

const VERDICT = new Set(['ok', 'condition', 'text'])

/** The fields of a reply that are left when it was ok. */
export function resultFields({ fields }: DescribedMessage): readonly DescribedField[] {
  const decides = fields.some(({ name }) => name === 'ok')
  return decides ? fields.filter(({ name }) => !VERDICT.has(name)) : fields
}

/**
 * What is told of a reply.
 *
 * @throws Problem for one that isn't ok
 */
export function resultOf(shape: DescribedMessage, reply: unknown): Readonly<Record<string, unknown>> {
  const values = reply as Readonly<Record<string, unknown>>
  if (values.ok === false) throw refusal(String(values.condition), String(values.text ?? ''))
  return Object.fromEntries(resultFields(shape).map(({ name }) => [name, values[name]]))
}
