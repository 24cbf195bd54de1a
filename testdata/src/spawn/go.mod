module spawn

go 1.26
