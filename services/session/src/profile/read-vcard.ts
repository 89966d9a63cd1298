import { createHash } from 'node:crypto'
import { NS } from '@heliograph/stanza'
import { type Element, serializeContent } from '@heliograph/xml'

const FIELD_LENGTH = 255
const BASE64 = /^[A-Za-z0-9+/=\s]*$/

/** A vCard (XEP-0054) as it is stored. */
export interface VCard {
  readonly xml: string
  /** SHA-1 of the photo's bytes, lower case (XEP-0153 §3.1); '' without one. */
  readonly photo: string
  /** First and last name, nickname, e-mail address; '' where it has none. */
  readonly fields: readonly [first: string, last: string, nick: string, email: string]
}

/** Undefined when its photo is not what it should be. */
export function readVCard(element: Element): VCard | undefined {
  const data = child(child(element, 'PHOTO'), 'BINVAL')?.getText() ?? ''
  if (!BASE64.test(data)) return undefined
  const name = child(element, 'N')
  const email = child(child(element, 'EMAIL'), 'USERID')
  return {
    xml: serializeContent([element], NS.client).xml,
    photo: hashOf(data),
    fields: [text(child(name, 'GIVEN')), text(child(name, 'FAMILY')), text(child(element, 'NICKNAME')), text(email)],
  }
}

/** Says nothing: to store it is to have none. */
export function isEmpty(element: Element): boolean {
  return element.getChildElements().length === 0
}

function hashOf(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length === 0 ? '' : createHash('sha1').update(bytes).digest('hex')
}

function child(parent: Element | undefined, name: string): Element | undefined {
  return parent?.getChild(name, NS.vcardTemp) as Element | undefined
}

function text(element: Element | undefined): string {
  return (element?.getText() ?? '').trim().slice(0, FIELD_LENGTH)
}
