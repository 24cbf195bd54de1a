package guards

import "github.com/concurlint/concurlint/passes/declared"

// What comments say about locks, in the words of package declared.
type (
	Path        = declared.Path
	Root        = declared.Root
	Kind        = declared.Kind
	Form        = declared.Form
	Declaration = declared.Declaration
	FuncDecl    = declared.FuncDecl
	Requirement = declared.Requirement
	Alias       = declared.Alias
	Exemption   = declared.Exemption
	Problem     = declared.Problem
	Declared    = declared.Declared
)

const (
	Sibling     = declared.Sibling
	Surrounding = declared.Surrounding
	Parameter   = declared.Parameter
	Returned    = declared.Returned
	Variable    = declared.Variable
	Some        = declared.Some

	Guarded       = declared.Guarded
	GuardedWrites = declared.GuardedWrites
	Unguarded     = declared.Unguarded
	Atomic        = declared.Atomic

	Prose      = declared.Prose
	Directive  = declared.Directive
	Annotation = declared.Annotation
	Suffix     = declared.Suffix
)
