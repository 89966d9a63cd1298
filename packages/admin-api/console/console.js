/** The console: what the API can do, as a page. It knows no operation by name; what it offers is what the server describes. */
import { call, describe, Refused } from './api.js'
import { el, form, shown, spoken, table } from './elements.js'

/** The parameters that go on with a list where `next` of its last reply says. */
const CURSORS = ['after', 'below']

const main = document.querySelector('main')
const nav = document.querySelector('nav')
const leave = document.querySelector('#leave')
/** Kept in this page alone, and gone with it. */
let token = ''

const { version, operations } = await describe()
const tags = [...new Set(operations.map(({ tag }) => tag))]
document.querySelector('h1').append(el('span', { className: 'faint' }, ` ${version}`))
leave.onclick = () => enter()
window.onhashchange = () => open()
enter()

/** @param {string} [why] */
function enter(why) {
  token = ''
  leave.hidden = true
  nav.replaceChildren()
  const field = { name: 'token', in: 'body', type: 'string', secret: true, about: 'One of adminApi.tokens' }
  const act = async (values) => {
    token = values.token
    leave.hidden = false
    open()
    return ''
  }
  const problem = why && el('p', { className: 'problem', role: 'alert' }, why)
  main.replaceChildren(el('section', {}, el('h2', {}, 'Who are you?'), form([field], { label: 'Enter', act }), problem))
  main.querySelector('input').focus()
}

function open() {
  if (token === '') return
  const wanted = decodeURIComponent(location.hash.slice(1))
  const tag = tags.includes(wanted) ? wanted : tags[0]
  nav.replaceChildren(
    ...tags.map((each) => {
      const link = el('a', { href: `#${each}` }, spoken(each.replaceAll('-', ' ')))
      if (each === tag) link.ariaCurrent = 'page'
      return link
    }),
  )
  const own = operations.filter((operation) => operation.tag === tag)
  const list = own.find(({ rows }) => rows !== undefined)
  const aboutOne = own.filter(({ fields }) => fields.some((field) => field.in === 'path'))
  const others = own.filter((operation) => operation !== list && !aboutOne.includes(operation))
  const one = el('div')
  const choose = aboutOne.length > 0 ? (row) => one.replaceChildren(chosen(row, aboutOne)) : undefined
  main.replaceChildren(...others.map(offered), one, list ? listing(list, choose) : '')
}

/** Calls; who isn't let in any more is asked who he is. */
async function ask(operation, values) {
  try {
    return await call(operation, values, token)
  } catch (error) {
    if (error instanceof Refused && error.status === 401) enter('That token lets nobody in.')
    throw error
  }
}

/** An operation that needs no row. */
function offered(operation) {
  const body = form(operation.fields, { label: spoken(operation.id), act: (values) => told(operation, values) })
  return el('details', {}, el('summary', {}, spoken(operation.id)), about(operation), body)
}

/** What can be asked and done about a row. */
function chosen(row, aboutOne) {
  const parts = aboutOne.map((operation) => {
    const inPath = operation.fields.filter((field) => field.in === 'path')
    const rest = operation.fields.filter((field) => field.in !== 'path')
    const known = Object.fromEntries(inPath.map(({ name }) => [name, row[name]]))
    const grave = operation.method === 'DELETE' || /^(drain|move)/.test(operation.id)
    const act = async (values) => {
      if (grave && !confirm(`${spoken(operation.id)} ${Object.values(known).join(' ')}?`)) return 'Nothing was done.'
      return told(operation, { ...values, ...known })
    }
    const body = form(rest, { label: spoken(operation.id), grave, act })
    return el('details', {}, el('summary', {}, spoken(operation.id)), about(operation), body)
  })
  return el('section', {}, el('h2', {}, String(Object.values(row)[0])), shown(row), ...parts)
}

async function told(operation, values) {
  const reply = await ask(operation, values)
  return Object.keys(reply).length === 0 ? 'Done.' : shown(reply)
}

/** A list with what narrows it; it is asked for at once. */
function listing(operation, choose) {
  const filters = operation.fields.filter(({ name }) => !CURSORS.includes(name))
  const cursor = operation.fields.find(({ name }) => CURSORS.includes(name))
  const page = async (values) => {
    const { [operation.rows]: rows, next, ...rest } = await ask(operation, values)
    const more = el('button', { type: 'button' }, 'More')
    more.onclick = async () => more.replaceWith(await page({ ...values, [cursor.name]: next }))
    return el(
      'div',
      {},
      rows.length > 0 ? table(rows, choose) : el('p', { className: 'faint' }, 'None.'),
      Object.values(rest).some((value) => !Array.isArray(value) || value.length > 0) ? shown(rest) : undefined,
      next && cursor ? more : undefined,
    )
  }
  const made = form(filters, { label: 'Show', act: page })
  queueMicrotask(() => made.querySelector('form').requestSubmit()) // once it is in the page: others aren't submitted
  return el('section', {}, el('h2', {}, spoken(operation.id)), about(operation), made)
}

function about({ about: text }) {
  return text === '' ? undefined : el('p', { className: 'faint' }, text)
}
