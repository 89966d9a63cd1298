import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDocument } from '@heliograph/xml'
import { type Checked, checkForm, type FormValues } from './check-form.ts'
import { fitsRule } from './datatype.ts'
import { type Form, type FormField, formElement } from './form.ts'
import { NS } from './ns.ts'
import { readForm } from './read-form.ts'

const offered: Form = {
  type: 'form',
  formType: 'urn:example:config',
  title: 'Room <1>',
  instructions: ['Fill in', 'and send'],
  fields: [
    { type: 'fixed', values: ['Section'] },
    { var: 'name', type: 'text-single', label: 'Name', required: true, values: ['x'] },
    { var: 'about', type: 'text-multi', desc: 'Lines', values: ['a', 'b'] },
    { var: 'open', type: 'boolean', values: ['1'] },
    { var: 'max', type: 'list-single', options: [{ value: '10', label: 'Ten' }, { value: '20' }], values: ['10'] },
    { var: 'roles', type: 'list-multi', options: [{ value: 'a' }, { value: 'b' }] },
    { var: 'owner', type: 'jid-single' },
    { var: 'admins', type: 'jid-multi' },
    { var: 'secret', type: 'text-private' },
    { var: 'count', type: 'text-single', rule: { datatype: 'xs:integer', min: '1', max: '100' } },
    { var: 'size', type: 'list-single', options: [{ value: '1' }], rule: { datatype: 'xs:integer', open: true } },
  ],
}

function submit(fields: readonly FormField[], formType = 'urn:example:config'): Checked {
  return checkForm({ type: 'submit', formType, fields: [{ var: 'name', values: ['n'] }, ...fields] }, offered)
}

function values(...fields: FormField[]): FormValues {
  const checked = submit(fields)
  assert.ok('values' in checked, 'problem' in checked ? checked.problem : '')
  return checked.values
}

function problem(...fields: FormField[]): string {
  const checked = submit(fields)
  return 'problem' in checked ? checked.problem : ''
}

/** Without the members that are undefined. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value))

test('a form is written and read back', () => {
  const read = readForm(parseDocument(formElement(offered).toString()).element)!
  assert.equal(read.formType, offered.formType)
  assert.equal(read.title, offered.title)
  assert.deepEqual(read.instructions, offered.instructions)
  for (const [i, field] of offered.fields.entries()) {
    assert.deepEqual(
      plain(read.fields[i]),
      plain({
        required: false,
        values: [],
        ...field,
        rule: field.rule && { open: field.rule.min !== undefined, ...field.rule },
      }),
    )
  }
})

test('a report is written and read back', () => {
  const report: Form = {
    type: 'result',
    fields: [],
    reported: [{ var: 'jid', type: 'jid-single', label: 'JID' }],
    items: [[{ var: 'jid', values: ['a@b'] }], [{ var: 'jid', values: ['c@d'] }]],
  }
  const read = readForm(parseDocument(formElement(report).toString()).element)!
  assert.equal(read.reported?.[0]?.label, 'JID')
  assert.deepEqual(
    read.items?.map((item) => item[0]?.values),
    [['a@b'], ['c@d']],
  )
})

test('what is no form is undefined', () => {
  for (const xml of [`<x xmlns='${NS.dataForms}'/>`, `<x xmlns='${NS.dataForms}' type='other'/>`, "<x type='form'/>"]) {
    assert.equal(readForm(parseDocument(xml).element), undefined)
  }
})

test('FORM_TYPE counts when it is hidden, or has no type in a submission', () => {
  const formType = (type: string, attr: string) =>
    readForm(
      parseDocument(
        `<x xmlns='${NS.dataForms}' type='${type}'><field var='FORM_TYPE'${attr}><value>u</value></field></x>`,
      ).element,
    )?.formType
  assert.equal(formType('form', " type='hidden'"), 'u')
  assert.equal(formType('form', ''), undefined)
  assert.equal(formType('submit', ''), 'u')
  assert.equal(formType('submit', " type='text-single'"), undefined)
})

test('submitted values are checked and brought into one spelling', () => {
  const given = values(
    { var: 'about', values: ['1', '', '2'] },
    { var: 'open', values: ['true'] },
    { var: 'max', values: ['20'] },
    { var: 'owner', values: ['A@B'] },
    { var: 'admins', values: ['A@b', 'a@b', 'c@d', ''] },
    { var: 'count', values: ['42'] },
    { var: 'size', values: ['7'] },
    { var: 'unknown', values: ['x'] },
  )
  assert.equal(given.text('about'), '1\n\n2')
  assert.equal(given.boolean('open'), true)
  assert.equal(given.number('max'), 20)
  assert.equal(given.text('owner'), 'a@b')
  assert.deepEqual(given.list('admins'), ['a@b', 'c@d'])
  assert.equal(given.number('count'), 42)
  assert.equal(given.text('size'), '7')
  assert.equal(given.has('unknown'), false)
  assert.equal(given.has('secret'), false)
  assert.equal(given.boolean('secret'), undefined)
  assert.deepEqual(values({ var: 'owner', values: [] }).list('owner'), [])
})

test('what is wrong is named', () => {
  assert.match(problem({ var: 'open', values: ['yes'] }), /^open is not a boolean/)
  assert.match(problem({ var: 'max', values: ['30'] }), /^max is not among/)
  assert.match(problem({ var: 'roles', values: ['a', 'c'] }), /^roles is not among/)
  assert.match(problem({ var: 'owner', values: ['@'] }), /^owner is not a JID/)
  assert.match(problem({ var: 'owner', values: ['a@b', 'c@d'] }), /^owner takes one/)
  assert.match(problem({ var: 'secret', values: ['a', 'b'] }), /^secret takes one/)
  assert.match(problem({ var: 'count', values: ['0'] }), /^count is not a good xs:integer/)
  assert.match(problem({ var: 'size', values: ['x'] }), /^size is not a good xs:integer/)
  assert.match(problem({ var: 'name', values: [''] }), /^name is required/)
  assert.ok('problem' in submit([], 'urn:other'))
  assert.ok('problem' in checkForm({ type: 'submit', formType: 'urn:example:config', fields: [] }, offered))
  assert.ok('problem' in checkForm({ ...offered, type: 'cancel' }, offered))
})

test('datatypes', () => {
  const good: Readonly<Record<string, readonly string[]>> = {
    'xs:byte': ['127', '-128', '+1'],
    'xs:long': ['9223372036854775807'],
    'xs:decimal': ['1.5', '-.5', '3.'],
    'xs:double': ['1e3'],
    'xs:dateTime': ['2024-02-29T12:00:00Z'],
    'xs:date': ['2024-02-29'],
    'xs:time': ['12:00:00', '12:00:00.5+01:00'],
    'xs:boolean': ['true', '0'],
    'xs:language': ['de-AT'],
    'xs:string': [''],
    'x:own': ['anything'],
    'xs:positiveInteger': ['1'],
  }
  const bad: Readonly<Record<string, readonly string[]>> = {
    'xs:byte': ['128', '-129', '', '1.0', '+', '+-1'],
    'xs:long': ['9223372036854775808'],
    'xs:decimal': ['1e3', '.', ''],
    'xs:dateTime': ['2023-02-29T12:00:00Z', '2024-02-29'],
    'xs:date': ['2023-02-29', '24-01-01'],
    'xs:time': ['25:00:00', 'noon'],
    'xs:boolean': ['yes'],
    'xs:language': ['de_AT'],
    'xs:nonNegativeInteger': ['-1'],
    'xs:positiveInteger': ['0'],
  }
  for (const datatype in good)
    for (const value of good[datatype]!) assert.ok(fitsRule(value, { datatype }), `${datatype} ${value}`)
  for (const datatype in bad)
    for (const value of bad[datatype]!) assert.ok(!fitsRule(value, { datatype }), `${datatype} ${value}`)
  assert.ok(fitsRule('2024-01-02T00:00:00Z', { datatype: 'xs:dateTime', min: '2024-01-02T01:00:00+01:00' }))
})
