/**
 * Letters and digits that a local part may hold and that look like one of ASCII: from Unicode's confusables (UTS 39, 17.0.0), as far as they
 * stand for one character, in lower case. Part of an applied migration: never edited, another migration replaces the function.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '2': 'ᒿ',
  '3': '३૩\u{16f3b}\u{118ca}',
  '6': 'ⳓб\u{118d5}',
  '7': '\u{118c6}',
  '8': '৪੪ȣ\u{1031a}',
  '9': '੧୨৭൭ⳋ\u{118cc}\u{118d6}',
  a: 'ɑαаᗅꓮ\u{16f40}\u{102a0}',
  b: 'ᑲᖯᗷꓐ\u{10282}\u{102a1}\u{10301}',
  c: 'ᴄⲥсငၚꮯ\u{1043d}\u{118e9}ꓚ\u{102a2}\u{10302}\u{1051c}',
  d: 'ԁᑯꓒᗞᗪꓓ',
  e: 'ꬲеҽⴹꓰ\u{10286}',
  f: 'ꬵꞙƒẝքᖴꓝ\u{118c2}\u{10287}\u{102a5}\u{10525}',
  g: 'ɡᶃƍցꓖ',
  h: 'һհᕼꓧ\u{102cf}',
  i: 'ıɪɩιⲓіꙇւꭵ\u{118c3}',
  j: 'ϳјᒍꓙ',
  k: 'ᛕꓗ\u{10518}',
  l: '1\u{6f1}ǀӏ\u{5d5}\u{5df}\u{627}\u{7ca}ⵏᛁꓲ\u{16f28}\u{1028a}\u{10309}\u{11dda}\u{11de1}ᒪꓡ\u{16f16}\u{10526}',
  m: 'ᗰᛖꓟ\u{102b0}\u{10311}',
  n: 'ոռꓠ\u{10513}',
  o: '०০੦૦୦௦౦൦๐໐၀០\u{114d0}\u{6f5}ᴏᴑꬽοσⲟϭоჿօ\u{5e1}\u{647}\u{6be}\u{6c1}\u{6d5}ഠဝ\u{104ea}\u{118c8}\u{118d7}\u{1042c}0\u{7c0}೦\u{118e0}ⵔዐଠꓳ\u{10292}\u{102ab}\u{10516}\u{11de0}',
  p: 'þƿρϸⲣⳏрᑭꓑ\u{10295}',
  q: 'ԛգզⵕ',
  r: 'ꭇꭈᴦⲅгꮁᖇꓣ\u{16f35}',
  s: 'ꜱƽѕടꮪ\u{118c1}\u{10448}ꓢ\u{16f3a}\u{10296}',
  t: 'ꓔ\u{16f0a}\u{10297}\u{102b1}\u{10315}',
  u: 'ꞟᴜꭎꭒʋυս\u{104f6}\u{118d8}ሀᑌꓴ\u{16f42}',
  v: 'ᴠνѵ\u{5d8}\u{11706}ꮩ\u{118c0}\u{6f7}ⴸᐯꛟꓦ\u{16f08}\u{1051d}',
  w: 'ɯᴡⲽѡшԝա\u{1170a}\u{1170e}\u{1170f}ꮃ\u{118e6}ꓪ',
  x: 'хᕁᕽⵝᚷꓫ\u{10290}\u{102b4}\u{10317}\u{10527}',
  y: 'ɣᶌʏỿꭚγⲩуүყ\u{118dc}ꓬ\u{16f43}\u{102b2}',
  z: 'ᴢꮓ\u{118c4}\u{118e5}ꓜ',
}

const from = Object.values(LOOK_ALIKES).join('')
const to = Object.entries(LOOK_ALIKES)
  .map(([letter, alike]) => letter.repeat([...alike].length))
  .join('')

/** The same for all local parts that look alike, nearly as UTS 39 §4 makes it: `account_skeleton(local)`. */
export const SKELETON_FUNCTION = `
  CREATE FUNCTION account_skeleton(local text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(translate(normalize(local, NFD), '${from}', '${to}'), 'rn', 'm')
  $$;`
