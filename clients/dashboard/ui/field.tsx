// Form fields: a label, a control, and what to know or what is wrong.
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from './cn.ts';

const control =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-ink text-sm shadow-xs aria-invalid:border-bad disabled:opacity-60';

export const Input = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input className={cn(control, 'h-8', className)} {...rest} />
);

export const Textarea = ({ className, ...rest }: ComponentProps<'textarea'>) => (
  <textarea className={cn(control, 'min-h-20 py-1.5', className)} {...rest} />
);

export const Select = ({ className, ...rest }: ComponentProps<'select'>) => (
  <select className={cn(control, 'h-8 pr-7', className)} {...rest} />
);

export const Checkbox = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input type="checkbox" className={cn('block size-3.5 shrink-0 accent-accent', className)} {...rest} />
);

type FieldProps = {
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  className?: string;
  children: (control: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ReactNode;
};

export const Field = ({ label, hint, problem, className, children }: FieldProps) => {
  const id = useId();
  const about = problem ?? hint;
  return (
    <div className={cn('grid content-start gap-1', className)}>
      <label htmlFor={id} className="font-medium text-xs">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': about ? `${id}-about` : undefined,
        'aria-invalid': problem ? true : undefined,
      })}
      {about && (
        <p id={`${id}-about`} className={cn('text-xs', problem ? 'text-bad' : 'text-ink-soft')}>
          {about}
        </p>
      )}
    </div>
  );
};
