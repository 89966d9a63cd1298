import type { Form } from '@heliograph/stanza'
import type { DiscoInfo } from './disco-info.ts'
import { byOctets } from './octets.ts'

/**
 * The string S of which XEP-0115 §5.1 has the hash, or undefined where §5.4 calls the answer ill-formed. So is what has a `<` in it, by which
 * one list of features could pass for another.
 */
export function verificationInput({ identities, features, forms }: DiscoInfo): string | undefined {
  const names = identities
    .map(({ category, type, lang, name }) => [category, type, lang ?? '', name ?? ''].join('/'))
    .sort(byOctets)
  const sorted = [...features].sort(byOctets)
  // §5.4 rule 3.6: a form without a hidden FORM_TYPE doesn't count.
  const extensions = forms.filter(({ formType }) => formType !== undefined)
  const types = extensions.map(({ formType }) => formType!)
  if ([names, sorted, types].some(hasRepetition)) return undefined
  const parts = [...names, ...sorted]
  const byType = [...extensions].sort((a, b) => byOctets(a.formType!, b.formType!))
  for (const form of byType) parts.push(...extensionParts(form))
  if (parts.some((part) => part.includes('<'))) return undefined
  return parts.map((part) => `${part}<`).join('')
}

function extensionParts({ formType, fields }: Form): string[] {
  const sorted = [...fields].sort((a, b) => byOctets(a.var ?? '', b.var ?? ''))
  return [formType!, ...sorted.flatMap(({ var: name, values }) => [name ?? '', ...[...(values ?? [])].sort(byOctets)])]
}

function hasRepetition(list: readonly string[]): boolean {
  return new Set(list).size < list.length
}
