import type { Element } from '@heliograph/xml'
import { el } from './builders.ts'
import { NS } from './ns.ts'

/** XEP-0004 §3.3. */
export const FIELD_TYPES = Object.freeze([
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
] as const)

export type FieldType = (typeof FIELD_TYPES)[number]

export interface FieldOption {
  readonly value: string
  readonly label?: string | undefined
}

/** What values are good for a field, beyond its type (XEP-0122). */
export interface FieldRule {
  /** An XML Schema type, e.g. `xs:integer`; unknown ones count as `xs:string`. */
  readonly datatype: string
  /** A list's value need not be among its options. */
  readonly open?: boolean | undefined
  readonly min?: string | undefined
  readonly max?: string | undefined
}

export interface FormField {
  /** Name of the field; only `fixed` fields go without one. */
  readonly var?: string | undefined
  /** A form to fill in takes `text-single` where it is missing; a submission may leave it out. */
  readonly type?: FieldType | undefined
  readonly label?: string | undefined
  readonly desc?: string | undefined
  readonly required?: boolean | undefined
  readonly values?: readonly string[] | undefined
  readonly options?: readonly FieldOption[] | undefined
  readonly rule?: FieldRule | undefined
}

/** A data form (XEP-0004). The field FORM_TYPE (XEP-0068) is not among `fields`. */
export interface Form {
  readonly type: 'cancel' | 'form' | 'result' | 'submit'
  readonly formType?: string | undefined
  readonly title?: string | undefined
  readonly instructions?: readonly string[] | undefined
  readonly fields: readonly FormField[]
  /** Columns and rows of a report (§3.4). */
  readonly reported?: readonly FormField[] | undefined
  readonly items?: readonly (readonly FormField[])[] | undefined
}

/** The `<x xmlns='jabber:x:data'/>` element of a form. */
export function formElement(form: Form): Element {
  const x = el('x', { xmlns: NS.dataForms, type: form.type })
  if (form.title !== undefined) x.cnode(el('title', null, form.title))
  for (const line of form.instructions ?? []) x.cnode(el('instructions', null, line))
  if (form.formType !== undefined) {
    x.cnode(fieldElement({ var: 'FORM_TYPE', type: 'hidden', values: [form.formType] }))
  }
  for (const field of form.fields) x.cnode(fieldElement(field))
  if (form.reported !== undefined) x.cnode(el('reported', null, form.reported.map(fieldElement)))
  for (const item of form.items ?? []) x.cnode(el('item', null, item.map(fieldElement)))
  return x
}

function fieldElement(field: FormField): Element {
  const element = el('field', { var: field.var, type: field.type, label: field.label })
  if (field.desc !== undefined) element.cnode(el('desc', null, field.desc))
  if (field.required) element.cnode(el('required'))
  if (field.rule !== undefined) element.cnode(ruleElement(field.rule))
  for (const value of field.values ?? []) element.cnode(el('value', null, value))
  for (const option of field.options ?? []) {
    element.cnode(el('option', { label: option.label }, el('value', null, option.value)))
  }
  return element
}

function ruleElement(rule: FieldRule): Element {
  const ranged = rule.min !== undefined || rule.max !== undefined
  const method = ranged ? el('range', { min: rule.min, max: rule.max }) : el(rule.open ? 'open' : 'basic')
  return el('validate', { xmlns: NS.dataValidate, datatype: rule.datatype }, method)
}
