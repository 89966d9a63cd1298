/** What the page is made of. Text is only ever set as text: what users are called can't become markup. */

/** @param {string} tag @param {Record<string, unknown>} [properties] @param {(Node | string | undefined)[]} children */
export function el(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** `createUser` → `Create user`, `expiresAt` → `Expires at`. */
export function spoken(name) {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase()
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\b(jid|uri|rpc)s?\b/gi, (it) =>
    it.toUpperCase().replace(/S$/, 's'),
  )
}

/** A value of a reply: text, a list of names and values, or a table. */
export function shown(value, name = '') {
  if (Array.isArray(value)) return value.some(isObject) ? table(value) : value.map(String).join(', ') || '–'
  if (isObject(value)) {
    const pairs = Object.entries(value).flatMap(([key, each]) => [
      el('dt', {}, spoken(key)),
      el('dd', {}, shown(each, key)),
    ])
    return el('dl', {}, ...pairs)
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (isTime(name, value)) return value === 0 ? '–' : new Date(value).toLocaleString()
  return String(value)
}

/** @param {object[]} rows @param {(row: object) => void} [choose] called with a row whose first cell was pressed */
export function table(rows, choose) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const head = el('tr', {}, ...columns.map((column) => el('th', { scope: 'col' }, spoken(column))))
  const lines = rows.map((row) =>
    el(
      'tr',
      {},
      ...columns.map((column, at) => el('td', {}, at === 0 && choose ? chooser(row, column) : cell(row, column))),
    ),
  )
  return el('table', {}, el('thead', {}, head), el('tbody', {}, ...lines))

  function chooser(row, column) {
    return el('button', { type: 'button', onclick: () => choose(row) }, cell(row, column))
  }
}

/**
 * A form for fields; `act` is given what was filled in, and says with what it resolves or rejects.
 * @param {import('./api.js').Field[]} fields @param {{ label: string, grave?: boolean, act: (values: object) => Promise<Node | string> }} submit
 */
export function form(fields, { label, grave = false, act }) {
  const told = el('output')
  const button = el('button', { type: 'submit', className: grave ? 'grave' : '' }, label)
  const made = el('form', { autocomplete: 'off' }, ...fields.map(input), button)
  made.onsubmit = async (event) => {
    event.preventDefault()
    button.disabled = true
    try {
      told.replaceChildren(await act(valuesOf(made, fields)))
      for (const { name, secret } of fields) if (secret) made.elements.namedItem(name).value = ''
    } catch (error) {
      told.replaceChildren(el('p', { className: 'problem', role: 'alert' }, error.message))
    } finally {
      button.disabled = false
    }
  }
  return el('div', {}, made, told)
}

function input({ name, type, secret, about }) {
  const kind = { boolean: 'checkbox', integer: 'number' }[type] ?? (secret ? 'password' : 'text')
  const control = el('input', { name, type: kind, title: about, ...(secret && { autocomplete: 'new-password' }) })
  const text = el('span', {}, spoken(name))
  return type === 'boolean' ? el('label', { className: 'check' }, control, text) : el('label', {}, text, control)
}

function valuesOf(made, fields) {
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      const control = made.elements.namedItem(name)
      if (type === 'boolean') return [name, control.checked]
      return [name, type === 'integer' && control.value !== '' ? Number(control.value) : control.value]
    }),
  )
}

function cell(row, column) {
  return row[column] === undefined ? '' : shown(row[column], column)
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Times are milliseconds since 1970. */
function isTime(name, value) {
  return typeof value === 'number' && (/At$/.test(name) || name === 'since')
}
