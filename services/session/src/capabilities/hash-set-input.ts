import type { Form } from '@heliograph/stanza'
import type { DiscoInfo } from './disco-info.ts'
import { byOctets } from './octets.ts'

const [SECTION, FORM, RECORD, VALUE] = ['\x1c', '\x1d', '\x1e', '\x1f']

/** What XEP-0390 §4.1 has the hashes of, or undefined where it says to abort. */
export function hashSetInput({ identities, features, forms, odd }: DiscoInfo): string | undefined {
  if (odd) return undefined
  const names = identities.map(
    ({ category, type, lang, name }) => `${ended([category, type, lang ?? '', name ?? ''])}${RECORD}`,
  )
  return [features.map((feature) => feature + VALUE), names, forms.map(formInput)]
    .map((parts) => `${parts.sort(byOctets).join('')}${SECTION}`)
    .join('')
}

function formInput({ formType, fields }: Form): string {
  const all = [{ var: 'FORM_TYPE', values: [formType!] }, ...fields]
  const inputs = all.map(
    ({ var: name, values }) => `${name ?? ''}${VALUE}${ended([...(values ?? [])].sort(byOctets))}${RECORD}`,
  )
  return `${inputs.sort(byOctets).join('')}${FORM}`
}

function ended(values: readonly string[]): string {
  return values.map((value) => value + VALUE).join('')
}
