// Command reference renders what Bazel's starlark_doc_extract says of a .bzl file as Markdown: the pages of docs/reference.
//
// Usage: reference TITLE MODULE_INFO.binaryproto OUT.md
//
// Stardoc's own renderer is a Java program that wants a JDK to be downloaded; the message it reads is small and stable
// (stardoc_output.proto), so that this one decodes it by field number.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("three arguments are expected: TITLE MODULE_INFO.binaryproto OUT.md, not %d", len(args))
	}
	data, err := os.ReadFile(args[1])
	if err != nil {
		return fmt.Errorf("read module info: %w", err)
	}
	module, err := decode(data)
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	return os.WriteFile(args[2], []byte(render(args[0], module)), 0o644)
}

// render writes one page: rules, functions, providers and extensions, in this order.
func render(title string, module message) string {
	var page strings.Builder
	fmt.Fprintf(&page, "<!-- Made by `tools/bazel run //docs:update` from %s; edit that. -->\n\n# %s\n\n%s\n", module.text(moduleFile), title, strings.TrimSpace(module.text(moduleDoc)))
	for _, rule := range module.messages(moduleRules) {
		section(&page, strings.TrimPrefix(rule.text(1), "_"), rule.text(2))
		attributes(&page, rule.messages(3))
	}
	for _, function := range module.messages(moduleFunctions) {
		section(&page, function.text(1)+"()", function.text(3))
		parameters(&page, function.messages(2))
	}
	for _, provider := range module.messages(moduleProviders) {
		section(&page, provider.text(1), provider.text(2))
		fields(&page, provider.messages(3))
	}
	for _, extension := range module.messages(moduleExtensions) {
		section(&page, extension.text(1)+" (module extension)", extension.text(2))
		for _, tag := range extension.messages(3) {
			section(&page, extension.text(1)+"."+tag.text(1), tag.text(2))
			attributes(&page, tag.messages(3))
		}
	}
	return page.String()
}

func section(page *strings.Builder, title, doc string) {
	fmt.Fprintf(page, "\n## %s\n\n%s\n", title, strings.TrimSpace(doc))
}

// cell makes a text fit into one cell of a table.
func cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.ReplaceAll(text, "|", `\|`)
}

func table(page *strings.Builder, head string, rows []string) {
	if len(rows) == 0 {
		return
	}
	columns := strings.Count(head, "|") - 1
	fmt.Fprintf(page, "\n%s\n|%s\n%s\n", head, strings.Repeat(" --- |", columns), strings.Join(rows, "\n"))
}

func attributes(page *strings.Builder, attributes []message) {
	var rows []string
	for _, attribute := range attributes {
		standing := "`" + attribute.text(6) + "`"
		if attribute.number(4) == 1 {
			standing = "required"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |", attribute.text(1), attributeType(attribute.number(3)), standing, cell(attribute.text(2))))
	}
	table(page, "| attribute | type | default | meaning |", rows)
}

func parameters(page *strings.Builder, parameters []message) {
	var rows []string
	for _, parameter := range parameters {
		standing := "`" + parameter.text(3) + "`"
		if parameter.number(4) == 1 {
			standing = "required"
		} else if parameter.text(3) == "" {
			standing = ""
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", parameter.text(1), standing, cell(parameter.text(2))))
	}
	table(page, "| parameter | default | meaning |", rows)
}

func fields(page *strings.Builder, fields []message) {
	var rows []string
	for _, field := range fields {
		rows = append(rows, fmt.Sprintf("| `%s` | %s |", field.text(1), cell(field.text(2))))
	}
	table(page, "| field | meaning |", rows)
}
