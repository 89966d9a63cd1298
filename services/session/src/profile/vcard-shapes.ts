/** A field that vcard-temp (XEP-0054) and vCard4 (RFC 6351) both have. */
export interface FieldShape {
  /** In vCard4. */
  readonly name: string
  /** The first is written. */
  readonly temp: readonly string[]
  /** Its parts: in vcard-temp and in vCard4. Those of `list` come as often as they like. */
  readonly parts?: readonly (readonly [temp: string, name: string])[]
  readonly list?: string
  /** Type of its value in vCard4, and what such values begin with there. */
  readonly value?: 'text' | 'uri' | 'date'
  readonly prefix?: string
  readonly types?: Readonly<Record<string, string>>
}

const PLACES = { HOME: 'home', WORK: 'work' }

const SHAPES: readonly FieldShape[] = [
  { name: 'fn', temp: ['FN'] },
  {
    name: 'n',
    temp: ['N'],
    parts: [
      ['FAMILY', 'surname'],
      ['GIVEN', 'given'],
      ['MIDDLE', 'additional'],
      ['PREFIX', 'prefix'],
      ['SUFFIX', 'suffix'],
    ],
  },
  { name: 'nickname', temp: ['NICKNAME'] },
  { name: 'bday', temp: ['BDAY'], value: 'date' },
  {
    name: 'adr',
    temp: ['ADR'],
    types: PLACES,
    parts: [
      ['POBOX', 'pobox'],
      ['EXTADD', 'ext'],
      ['STREET', 'street'],
      ['LOCALITY', 'locality'],
      ['REGION', 'region'],
      ['PCODE', 'code'],
      ['CTRY', 'country'],
    ],
  },
  {
    name: 'tel',
    temp: ['TEL'],
    list: 'NUMBER',
    prefix: 'tel:',
    types: { ...PLACES, VOICE: 'voice', FAX: 'fax', PAGER: 'pager', MSG: 'text', CELL: 'cell', VIDEO: 'video' },
  },
  { name: 'email', temp: ['EMAIL'], list: 'USERID', types: PLACES },
  { name: 'impp', temp: ['JABBERID'], value: 'uri', prefix: 'xmpp:' },
  { name: 'tz', temp: ['TZ'] },
  { name: 'title', temp: ['TITLE'] },
  { name: 'role', temp: ['ROLE'] },
  // RFC 6350 §6.6.4: the name, then units.
  { name: 'org', temp: ['ORG'], list: 'ORGUNIT' },
  { name: 'categories', temp: ['CATEGORIES'], list: 'KEYWORD' },
  // What clients show of a vcard-temp is the description.
  { name: 'note', temp: ['DESC', 'NOTE'] },
  { name: 'url', temp: ['URL'], value: 'uri' },
]

export const BY_NAME = new Map(SHAPES.map((shape) => [shape.name, shape]))
export const BY_TEMP = new Map(SHAPES.flatMap((shape) => shape.temp.map((temp) => [temp, shape] as const)))
