// Buttons, and links that look like them.
import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

const look = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      kind: {
        primary: 'bg-accent text-accent-ink hover:bg-accent/90',
        plain: 'border border-line-strong bg-surface text-ink hover:bg-sunken',
        quiet: 'text-ink-soft hover:bg-sunken hover:text-ink',
        danger: 'border border-bad/40 bg-surface text-bad hover:bg-bad-soft',
      },
      size: {
        small: 'h-7 px-2 text-xs',
        normal: 'h-8 px-3 text-sm',
        icon: 'size-8',
      },
    },
    defaultVariants: { kind: 'plain', size: 'normal' },
  },
);

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof look> & {
    /** Gives its look to the one child, a link. */
    asChild?: boolean;
    busy?: boolean;
  };

export const Button = ({
  className,
  kind,
  size,
  asChild,
  busy = false,
  disabled,
  children,
  type = 'button',
  ...rest
}: ButtonProps) => {
  const classes = cn(look({ kind, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type={type}
      className={classes}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
};
