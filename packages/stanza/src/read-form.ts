import type { Element } from '@heliograph/xml'
import { FIELD_TYPES, type FieldOption, type FieldRule, type FieldType, type Form, type FormField } from './form.ts'
import { NS } from './ns.ts'

const TYPES: ReadonlySet<string | undefined> = new Set(FIELD_TYPES)
const FORM_TYPES: ReadonlySet<string | undefined> = new Set<Form['type']>(['cancel', 'form', 'result', 'submit'])

/** The form in an `<x xmlns='jabber:x:data'/>` element; undefined when it is none. Unknown field types are left out. */
export function readForm(x: Element): Form | undefined {
  const { type } = x.attrs
  if (!x.is('x', NS.dataForms) || !FORM_TYPES.has(type)) return undefined
  const all = fieldsOf(x)
  const context = all.find((field) => isFormType(field, type as Form['type']))
  const reported = x.getChild('reported', NS.dataForms) as Element | undefined
  return {
    type: type as Form['type'],
    formType: context?.values?.[0],
    title: x.getChildText('title', NS.dataForms) ?? undefined,
    instructions: children(x, 'instructions').map((line) => line.getText()),
    fields: all.filter((field) => field.var !== 'FORM_TYPE'),
    reported: reported && fieldsOf(reported),
    items: children(x, 'item').map(fieldsOf),
  }
}

/** XEP-0068 §3.4: in what is submitted the field may go without a type, elsewhere it must be hidden. */
function isFormType(field: FormField, formType: Form['type']): boolean {
  if (field.var !== 'FORM_TYPE') return false
  return field.type === 'hidden' || (formType === 'submit' && field.type === undefined)
}

function fieldsOf(parent: Element): FormField[] {
  return children(parent, 'field').map(readField)
}

function readField(field: Element): FormField {
  const { type } = field.attrs
  const options: FieldOption[] = children(field, 'option').map((option) => ({
    value: option.getChildText('value', NS.dataForms) ?? '',
    label: option.attrs.label,
  }))
  return {
    var: field.attrs.var,
    type: TYPES.has(type) ? (type as FieldType) : undefined,
    label: field.attrs.label,
    desc: field.getChildText('desc', NS.dataForms) ?? undefined,
    required: field.getChild('required', NS.dataForms) !== undefined,
    values: children(field, 'value').map((value) => value.getText()),
    options: options.length > 0 ? options : undefined,
    rule: readRule(field),
  }
}

function readRule(field: Element): FieldRule | undefined {
  const validate = field.getChild('validate', NS.dataValidate)
  if (validate === undefined) return undefined
  const range = validate.getChild('range', NS.dataValidate)
  return {
    // XEP-0122 §3.1
    datatype: validate.attrs.datatype ?? 'xs:string',
    open: validate.getChild('basic', NS.dataValidate) === undefined && validate.getChildElements().length > 0,
    min: range?.attrs.min,
    max: range?.attrs.max,
  }
}

function children(parent: Element, name: string): Element[] {
  return parent.getChildren(name, NS.dataForms) as Element[]
}
