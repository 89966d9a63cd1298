import { el, formElement, NS, readForm, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Registration, RegistrationField } from './registrations.ts'

/** What is asked of who registers, with what is known already (XEP-0077 §4.1, §4.2). */
export function registrationQuery(
  fields: readonly RegistrationField[],
  instructions: string,
  known: Registration | undefined,
): Element {
  const shown = ({ name, isPrivate }: RegistrationField) => (isPrivate ? undefined : known?.[name])
  const form = formElement({
    type: 'form',
    formType: NS.register,
    instructions: [instructions],
    fields: fields.map((field) => {
      const value = shown(field)
      return {
        var: field.name,
        label: field.label,
        type: field.isPrivate ? 'text-private' : 'text-single',
        required: true,
        ...(value !== undefined && { values: [value] }),
      }
    }),
  })
  return el(
    'query',
    { xmlns: NS.register },
    known && el('registered'),
    el('instructions', null, instructions),
    fields.map((field) => el(field.name, null, shown(field))),
    form,
  )
}

/** What was said, by either way (XEP-0077 §5); undefined when something is missing. */
export function readRegistration(request: Stanza, fields: readonly RegistrationField[]): Registration | undefined {
  const query = request.child('query', NS.register)
  const x = query?.getChild('x', NS.dataForms) as Element | undefined
  const form = x && readForm(x)
  const said = (name: string): string | undefined =>
    form === undefined
      ? (query?.getChildText(name, NS.register) ?? undefined)
      : form.fields.find((field) => field.var === name)?.values?.[0]
  const entries = fields.map(({ name }) => [name, said(name) ?? ''] as const)
  return entries.every(([, value]) => value !== '') ? Object.fromEntries(entries) : undefined
}

export function isRemoval(request: Stanza): boolean {
  return request.child('query', NS.register)?.getChild('remove', NS.register) !== undefined
}
