// Exact decimals of the prover's own: whole numbers with a scale.

export class Decimal {
  readonly digits: bigint;
  readonly scale: number;

  constructor(digits: bigint, scale: number) {
    this.digits = digits;
    this.scale = scale;
  }

  /** Undefined where the text is no plain decimal. */
  static parse(text: string): Decimal | undefined {
    const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
    if (found === null) return undefined;
    const [, sign = '', whole = '', part = ''] = found;
    return new Decimal(BigInt(sign + whole + part), part.length);
  }

  static of(value: string | number): Decimal {
    const found = Decimal.parse(String(value));
    if (found === undefined) throw new TypeError(`Not a decimal: ${String(value)}`);
    return found;
  }

  #at(scale: number): bigint {
    return this.digits * 10n ** BigInt(scale - this.scale);
  }

  #with(other: Decimal, work: (a: bigint, b: bigint) => bigint): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(work(this.#at(scale), other.#at(scale)), scale);
  }

  plus(other: Decimal): Decimal {
    return this.#with(other, (a, b) => a + b);
  }

  minus(other: Decimal): Decimal {
    return this.#with(other, (a, b) => a - b);
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.digits * other.digits, this.scale + other.scale).rounded(20);
  }

  /** Rounded half away from zero to 10 decimals; undefined for a divisor of 0. */
  dividedBy(other: Decimal): Decimal | undefined {
    if (other.digits === 0n) return undefined;
    const above = this.digits * 10n ** BigInt(11 + other.scale);
    return new Decimal(above / (other.digits * 10n ** BigInt(this.scale)), 11).rounded(10);
  }

  compare(other: Decimal): number {
    const { digits } = this.minus(other);
    return digits < 0n ? -1 : digits > 0n ? 1 : 0;
  }

  /** Half up, away from zero; nothing where it has no more decimals than that. */
  rounded(scale: number): Decimal {
    if (this.scale <= scale) return this;
    const unit = 10n ** BigInt(this.scale - scale);
    const magnitude = this.digits < 0n ? -this.digits : this.digits;
    const whole = (magnitude + unit / 2n) / unit;
    return new Decimal(this.digits < 0n ? -whole : whole, scale);
  }

  toJSON(): string {
    return this.toString();
  }

  /** Plain, without trailing zeros. */
  toString(): string {
    const negative = this.digits < 0n;
    const text = (negative ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0');
    const whole = text.slice(0, text.length - this.scale);
    const part = text.slice(text.length - this.scale).replace(/0+$/, '');
    const magnitude = part === '' ? whole : `${whole}.${part}`;
    return negative && magnitude !== '0' ? `-${magnitude}` : magnitude;
  }
}
