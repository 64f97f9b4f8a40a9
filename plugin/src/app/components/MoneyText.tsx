import React from 'react';
import type { Money } from '../../api/wire';
import { exactMoneyText, moneyText } from '../format/money';

/** Rounded for reading; every digit in the title. */
export function MoneyText({ value }: { value: Money | null }) {
  return <span title={exactMoneyText(value)}>{moneyText(value)}</span>;
}
