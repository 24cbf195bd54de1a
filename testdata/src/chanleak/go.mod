module chanleak

go 1.26
