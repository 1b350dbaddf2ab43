// Usage: GO111MODULE=off GOPATH=/usr/share/gocode go run sumdb.go DIR VKEY. Verifies a log in a folder by
// golang.org/x/mod/sumdb, from which the formats come: the note's signature, every entry's record proof
// and tree proofs from many older sizes, all over tiles that sumdb authenticates against the signed root.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles reads tiles under the paths of tlog-tiles: sumdb's, without the height.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("not verified: ")
	dir, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	must(err)
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	signed, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatal("another origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	var root tlog.Hash
	copy(root[:], hash)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{dir})

	entry := int64(0)
	for bundle := int64(0); entry < size; bundle++ {
		width := size - entry
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: bundle, W: int(width)}
		data, err := os.ReadFile(filepath.Join(dir, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)))
		must(err)
		for ; width > 0; width-- {
			length := int(binary.BigEndian.Uint16(data))
			record := data[2 : 2+length]
			data = data[2+length:]
			// Every entry of the first and last bundle, some of the others.
			if entry < 300 || entry > size-300 || entry%97 == 0 {
				proof, err := tlog.ProveRecord(size, entry, reader)
				must(err)
				must(tlog.CheckRecord(proof, size, root, entry, tlog.RecordHash(record)))
			}
			entry++
		}
		if len(data) != 0 {
			log.Fatal("bytes behind the last entry")
		}
	}
	trees := 0
	for old := int64(1); old < size; old += 1 + old/3 {
		before, err := tlog.TreeHash(old, reader)
		must(err)
		proof, err := tlog.ProveTree(size, old, reader)
		must(err)
		must(tlog.CheckTree(proof, size, root, old, before))
		trees++
	}
	fmt.Printf("verified by golang.org/x/mod/sumdb on %s: %d entries, %d older trees\n", runtime.Version(), size, trees)
}
