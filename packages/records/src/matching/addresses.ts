// Addresses of mail and of the web made comparable.

/** Whoever has an address there has it for himself: such a domain says nothing about a company. */
const ofEverybody: ReadonlySet<string> = new Set(
  (
    'qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net 188.com 139.com 189.cn wo.cn sina.com sina.cn vip.sina.com sohu.com tom.com ' +
    '21cn.com aliyun.com gmail.com googlemail.com outlook.com hotmail.com live.com live.cn msn.com yahoo.com yahoo.cn yahoo.com.cn ' +
    'icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com web.de t-online.de proton.me protonmail.com mail.ru yandex.ru naver.com'
  ).split(' '),
);

export const emailKey = (text: string): string => text.normalize('NFKC').trim().toLowerCase();

function hostOf(text: string): string {
  const written = text.normalize('NFKC').trim();
  const host = written.includes('@') && !/^[a-z]+:\/\//i.test(written) ? written.slice(written.lastIndexOf('@') + 1) : written;
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(host) ? host : `http://${host}`;
  return URL.canParse(address) ? new URL(address).hostname : '';
}

/** Of a mail address or a page: `https://www.Acme.com/x` and `jo@acme.com` are `acme.com`; empty for providers that serve everybody. */
export function domainKey(text: string): string {
  const host = hostOf(text)
    .replace(/^www\d?\./, '')
    .replace(/\.$/, '');
  return !host.includes('.') || ofEverybody.has(host) ? '' : host;
}
