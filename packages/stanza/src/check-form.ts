import { parseJid } from '@heliograph/jid'
import { fitsRule } from './datatype.ts'
import type { FieldType, Form, FormField } from './form.ts'

/** What was submitted, checked and in one spelling: booleans `1` or `0`, addresses as JIDs. */
export class FormValues {
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }

  /** Whether the field was submitted at all: one left out keeps its present value (XEP-0004 §3.5). */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** The field's values as one text; those of `text-multi` are lines. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.join('\n')
  }

  list(name: string): readonly string[] | undefined {
    return this.#values.get(name)
  }

  boolean(name: string): boolean | undefined {
    const values = this.#values.get(name)
    return values && values[0] === '1'
  }

  number(name: string): number | undefined {
    const text = this.#values.get(name)?.[0]
    return text === undefined || text === '' ? undefined : Number(text)
  }
}

/** The form that was offered. */
export type FormDefinition = Pick<Form, 'formType' | 'fields'>

/** Either the values or, in plain English, what is wrong with the first bad field (answer `not-acceptable`, XEP-0004 §4). */
export type Checked = { readonly values: FormValues } | { readonly problem: string }

/** Checks a submitted form against the one that was offered. Fields that were not offered are ignored (XEP-0004 §3.1). */
export function checkForm(submitted: Form, offered: FormDefinition): Checked {
  if (submitted.type !== 'submit') return { problem: 'the form is not a submission' }
  if (offered.formType !== undefined && submitted.formType !== offered.formType) {
    return { problem: `FORM_TYPE must be ${offered.formType}` }
  }
  const given = new Map(submitted.fields.map((field) => [field.var, field.values ?? []]))
  const values = new Map<string, readonly string[]>()
  for (const field of offered.fields) {
    if (field.var === undefined || field.type === 'fixed') continue
    const raw = given.get(field.var)
    if (field.required && (raw === undefined || raw.every((value) => value === ''))) {
      return { problem: `${field.var} is required` }
    }
    if (raw === undefined) continue
    const checked = checkField(field, raw)
    if (typeof checked === 'string') return { problem: `${field.var} ${checked}` }
    values.set(field.var, checked)
  }
  return { values: new FormValues(values) }
}

const MANY: ReadonlySet<FieldType> = new Set<FieldType>(['hidden', 'jid-multi', 'list-multi', 'text-multi'])

/** The values in their one spelling, or what is wrong with them. */
function checkField(field: FormField, raw: readonly string[]): readonly string[] | string {
  const type = field.type ?? 'text-single'
  if (raw.length > 1 && !MANY.has(type)) return 'takes one value'
  if (type === 'boolean') return checkBoolean(raw)
  // An empty value stands for none (XEP-0004 §3.5).
  const values = type === 'text-multi' || type === 'hidden' ? raw : raw.filter((value) => value !== '')
  if (type === 'jid-single' || type === 'jid-multi') return checkJids(values)
  if ((type === 'list-single' || type === 'list-multi') && !isOpen(field)) {
    const options = new Set(field.options?.map((option) => option.value))
    if (!values.every((value) => options.has(value))) return 'is not among the options'
  }
  const { rule } = field
  if (rule !== undefined && !values.every((value) => fitsRule(value, rule))) return `is not a good ${rule.datatype}`
  return values
}

/** XEP-0122 §3.2: on a list every method but `basic` lets values in that are no options. */
function isOpen(field: FormField): boolean {
  const { rule } = field
  return rule !== undefined && (rule.open === true || rule.min !== undefined || rule.max !== undefined)
}

function checkBoolean(raw: readonly string[]): readonly string[] | string {
  const value = raw[0] ?? '0'
  if (value === '1' || value === 'true') return ['1']
  return value === '0' || value === 'false' || value === '' ? ['0'] : 'is not a boolean'
}

function checkJids(values: readonly string[]): readonly string[] | string {
  const jids = new Set<string>()
  for (const value of values) {
    const jid = parseJid(value)
    if (jid === undefined) return 'is not a JID'
    jids.add(jid)
  }
  return [...jids]
}
