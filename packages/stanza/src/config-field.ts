import type { FieldOption, FieldRule, FieldType, FormField } from './form.ts'

/** How one property of a configuration (of a room, a node) is asked for, read, shown and told. */
export interface ConfigField<Value> {
  readonly var: string
  readonly label: string
  readonly type: FieldType
  readonly fallback: Value
  readonly options?: readonly FieldOption[]
  readonly rule?: FieldRule
  /** What `disco#info` says of it: a feature (XEP-0045 §6.4) … */
  readonly feature?: (value: Value) => string
  /** … or a field of the room's information; `boolean` and the like say how it is written. */
  readonly info?: Pick<FormField, 'var' | 'type' | 'label'>
  /** The status code that tells occupants of a change; 104 where none is named (§10.2.1). */
  readonly status?: (value: Value) => number
  readonly write: (value: Value) => readonly string[]
  /** The value of a field whose type was checked, or what is wrong with it, as the end of a sentence that begins with its name. */
  readonly read: (values: readonly string[]) => { readonly value: Value } | { readonly problem: string }
}

type Told<Value> = Pick<ConfigField<Value>, 'feature' | 'info' | 'status'>

export function flag(name: string, label: string, fallback: boolean, told: Told<boolean> = {}): ConfigField<boolean> {
  return {
    ...told,
    var: name,
    label,
    type: 'boolean',
    fallback,
    write: (value) => [value ? '1' : '0'],
    read: (values) => ({ value: values[0] === '1' }),
  }
}

export function text(name: string, label: string, most: number, told: Told<string> = {}): ConfigField<string> {
  return {
    ...told,
    var: name,
    label,
    type: 'text-single',
    fallback: '',
    write: (value) => (value === '' ? [] : [value]),
    read: (values) => {
      const value = (values[0] ?? '').trim()
      return value.length > most ? { problem: `has more than ${most} characters` } : { value }
    },
  }
}

export function choice<Value extends string>(
  name: string,
  label: string,
  options: Readonly<Record<Value, string>>,
  rest: Told<Value> & { readonly fallback: Value },
): ConfigField<Value> {
  return {
    ...rest,
    var: name,
    label,
    type: 'list-single',
    options: optionsOf(options),
    write: (value) => [value],
    read: ([value]) => (value === undefined ? { problem: 'needs a choice' } : { value: value as Value }),
  }
}

export function choices<Value extends string>(
  name: string,
  label: string,
  options: Readonly<Record<Value, string>>,
): ConfigField<readonly Value[]> {
  const all = Object.keys(options) as Value[]
  return {
    var: name,
    label,
    type: 'list-multi',
    options: optionsOf(options),
    fallback: all,
    write: (values) => values,
    read: (values) => ({ value: all.filter((each) => values.includes(each)) }),
  }
}

function optionsOf(options: Readonly<Record<string, string>>): FieldOption[] {
  return Object.entries(options).map(([value, label]) => ({ value, label }))
}
