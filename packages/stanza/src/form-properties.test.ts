import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJid } from '@heliograph/jid'
import { Element, parseDocument } from '@heliograph/xml'
import fc from 'fast-check'
import { checkForm } from './check-form.ts'
import { fitsRule } from './datatype.ts'
import { FIELD_TYPES, type Form, type FormField, formElement } from './form.ts'
import { NS } from './ns.ts'
import { readForm } from './read-form.ts'

const text = fc.oneof(
  fc.string({ maxLength: 12 }).filter((value) => !/[\p{Cc}\ufffe\uffff]/u.test(value)),
  fc.constantFrom('', '0', '1', 'true', '-5', '99999999999999999999', '1e9', '1979-02-30T25:00:00Z', 'a@b/c', '@'),
)
const datatype = fc.constantFrom('xs:integer', 'xs:byte', 'xs:double', 'xs:dateTime', 'xs:date', 'xs:time', 'xs:odd')
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const values = fc.array(text, { maxLength: 4 })

const field: fc.Arbitrary<FormField> = fc.record({
  var: fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__'),
  type: maybe(fc.constantFrom(...FIELD_TYPES)),
  required: fc.boolean(),
  values,
  options: maybe(fc.array(fc.record({ value: text }), { minLength: 1, maxLength: 3 })),
  rule: maybe(fc.record({ datatype, open: fc.boolean(), min: maybe(text), max: maybe(text) })),
})
const fields = fc.array(field, { maxLength: 4 })
const form: fc.Arbitrary<Form> = fc.record({
  type: fc.constantFrom('cancel', 'form', 'result', 'submit'),
  formType: fc.constantFrom(undefined, 'urn:a'),
  fields,
})

/** Elements of any shape that have the names of a form's parts. */
const shapeless = fc.letrec<{ part: Element }>((tie) => ({
  part: fc
    .record({
      name: fc.constantFrom(
        'x',
        'field',
        'value',
        'option',
        'required',
        'reported',
        'item',
        'validate',
        'range',
        'desc',
      ),
      attrs: fc.dictionary(fc.constantFrom('type', 'var', 'label', 'min', 'max', 'datatype'), text, {
        noNullPrototype: true,
      }),
      xmlns: fc.constantFrom(undefined, NS.dataForms, NS.dataValidate, 'urn:b'),
      children: fc.array(fc.oneof({ maxDepth: 5 }, text, tie('part')), { maxLength: 4 }),
    })
    .map(({ name, attrs, xmlns, children }) => {
      const element = new Element(name, { ...attrs, ...(xmlns !== undefined && { xmlns }) })
      for (const child of children) element.cnode(child)
      return element
    }),
})).part

test('a form that is written and read again is the same to whoever checks it', () => {
  fc.assert(
    fc.property(form, form, (submitted, offered) => {
      const again = readForm(parseDocument(formElement(submitted).toString()).element)
      assert.ok(again)
      const [direct, read] = [checkForm(submitted, offered), checkForm(again, offered)]
      assert.deepEqual(read, direct)
    }),
  )
})

test('what was let in is of the type that was asked for', () => {
  fc.assert(
    fc.property(fields, fields, (given, asked) => {
      const checked = checkForm({ type: 'submit', fields: given }, { fields: asked })
      if (!('values' in checked)) return
      const last = new Map(asked.map((each) => [each.var!, each]))
      for (const { var: name, type, rule } of last.values()) {
        const list = checked.values.list(name!)
        if (list === undefined || type === 'fixed') continue
        if (type === 'boolean') assert.ok(['0', '1'].includes(list[0] ?? ''))
        else if (type === 'jid-single' || type === 'jid-multi') for (const jid of list) assert.ok(parseJid(jid))
        else if (rule) for (const value of list) assert.ok(fitsRule(value, rule))
      }
    }),
  )
})

test('whatever has the parts of a form in it is read as one, or as none', () => {
  fc.assert(
    fc.property(shapeless, form, (element, offered) => {
      const x = new Element('x', { xmlns: NS.dataForms, type: 'submit' })
      x.cnode(element)
      for (const each of [element, x]) {
        const read = readForm(each)
        if (read !== undefined) checkForm(read, offered)
      }
    }),
    { numRuns: 1_000 },
  )
})
