// Has a picture classified, and reads why something else is refused.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"generated/api"
)

func main() {
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: os.Args[1]}}
	client := api.NewAPIClient(configuration)
	classify := func(path string) (*api.InferResponse, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		answer, _, err := client.InferenceAPI.ClassifyImage(context.Background()).
			MdiSlaMs(20000).MdiUploadStart(time.Now().UnixMilli()).Body(file).Execute()
		return answer, err
	}

	answer, err := classify(os.Args[2])
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Predictions[0].Label, answer.Timing.Source)

	_, err = classify(os.Args[3])
	var refused *api.GenericOpenAPIError
	if errors.As(err, &refused) {
		problem := refused.Model().(api.Problem)
		fmt.Println(problem.Status, problem.Type)
	}
}
