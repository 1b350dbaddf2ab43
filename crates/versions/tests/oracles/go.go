// Usage: GO111MODULE=off GOPATH=/usr/share/gocode go run go.go < lines. Orders by golang.org/x/mod/semver.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintln(out, "golang.org/x/mod/semver on", runtime.Version())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		parts := strings.Split(in.Text(), "\t")
		if !semver.IsValid(parts[1]) || !semver.IsValid(parts[2]) {
			fmt.Fprintln(out, "x")
			continue
		}
		fmt.Fprintln(out, semver.Compare(parts[1], parts[2]))
	}
}
